import { expect, test } from 'vitest';
import { reflow } from '../src/cards/terminal.ts';

test('paragraphs are broken anew at the width, blank lines and lists stay', () => {
  const text = [
    'Goal: one two three four five six seven', 'eight nine.', '', 'Shapes', '  x  [N, C]', '  y  [N]', 'and so on.', '',
    '- first item that is', '  longer than a line of it', '- second', '10. tenth', '    goes on and on, further than that',
  ].join('\n');
  expect(reflow(text, 30, 2).split('\n')).toEqual([
    '  Goal: one two three four', '  five six seven eight nine.', '', '  Shapes', '    x  [N, C]', '    y  [N]', '  and so on.', '',
    '  - first item that is longer', '    than a line of it', '  - second', '  10. tenth goes on and on,', '      further than that',
  ]);
});
