import { expect, test } from 'vitest';
import { card } from '../src/cards/card.ts';
import { reflow, terminal } from '../src/cards/terminal.ts';
import type { Verdict } from '../src/verdict.ts';

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

test('a card keeps to a narrow terminal', () => {
  const sentence = 'the encoder gives [N, dimHidden], the decoder [N, dimOut], and the full model [N, dimOut]';
  const verdict = {
    version: 1, exercise: '02/03', title: 'Encoder, Decoder, FullModel: a model made of models', file: '/t/02.ts', seed: 1, output: '', ms: 1,
  } as const;
  const context = { root: '/t', id: '02/03', learned: sentence, passedCount: 1, total: 3, buildsOn: ['01/01', '01/02'] };
  const claim = { sentence, ms: 1 };
  const failure = { class: 'VALUE', says: sentence, expected: '1, '.repeat(40), diagnosis: sentence, inputs: { x: '2, '.repeat(40) } } as const;
  const verdicts: Verdict[] = [
    { ...verdict, drawings: [], status: 'todo', claims: [{ ...claim, status: 'todo' }] },
    { ...verdict, drawings: [], status: 'failed', claims: [{ ...claim, status: 'failed', failure }] },
    { ...verdict, drawings: [], status: 'passed', claims: [{ ...claim, status: 'passed' }] },
  ];
  for (const each of verdicts) {
    const text = card(each, context, terminal(false, { columns: 60 } as NodeJS.WriteStream));
    expect(text.split('\n').filter((line) => line.length > 60)).toEqual([]);
  }
});
