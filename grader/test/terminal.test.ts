import { expect, test } from 'vitest';
import { card } from '../src/cards/card.ts';
import { reflow, terminal } from '../src/cards/terminal.ts';

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

test('the rows of a failure are broken at the width and hang at one column; a long label has its own line', () => {
  const failure = {
    class: 'VALUE' as const, says: 'it differs', inputs: { 'crops in the table': 'tensor int64 (9,)' },
    diagnosis: 'every label is 0: ask of each line that makes the labels what it does to a 3',
  };
  const text = card({
    version: 1, exercise: '04/01', title: 'T', file: '/a/b.ts', status: 'failed', seed: 7, output: '', ms: 1, drawings: [],
    claims: [{ sentence: 'a claim', status: 'failed', ms: 1, failure }],
  }, { root: '/a', id: 'bugs/01', learned: '', passedCount: 0, total: 1, buildsOn: [] }, { ...terminal(true), width: 80 });
  expect(text).toContain([
    '  with crops in the table', '            tensor int64 (9,)',
    '  probably  every label is 0: ask of each line that makes the labels what it', '            does to a 3', '  again     track',
  ].join('\n'));
});
