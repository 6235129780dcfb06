/** An exercise on the engine: tensors, gradients, blocked operators, seeds. */
import { expect, test, vi } from 'vitest';
import { mainFailure, type Verdict } from '../src/verdict.ts';
import { fixtureTrack, type FixtureTrack } from './track.ts';

vi.setConfig({ testTimeout: 180_000 });

const file = 'challenges/03_engine/01_softmax.ts';

function engineTrack(): FixtureTrack {
  const track = fixtureTrack();
  track.add('softmax');
  return track;
}

async function verdictOn(track: FixtureTrack, ...flags: string[]): Promise<Verdict> {
  return JSON.parse((await track.run(['check', '03/01', '--json', ...flags])).out) as Verdict;
}

test('the exercise is proved: solution, wrong attempts, claims', async () => {
  const { out } = await engineTrack().run(['dev', 'check', '03']);
  expect(out).toMatch(/1 exercise, \d+ proofs, 0 failed/);
});

test('a blocked operator is named', async () => {
  const track = engineTrack();
  track.write(file, "import * as torch from '@track/engine';\nexport const softmax = (x: torch.Tensor) => torch.softmax(x, -1);\n");
  const verdict = await verdictOn(track);
  expect(mainFailure(verdict)).toMatchObject({ class: 'BLOCKED', says: expect.stringContaining('softmax') as string, where: { line: 2 } });
});

test('a known mistake on tensors is diagnosed, with the inputs', async () => {
  const track = engineTrack();
  track.solve('03_engine/01_softmax', 'columns');
  const failure = mainFailure(await verdictOn(track))!;
  expect(failure).toMatchObject({ class: 'VALUE', diagnosis: 'you normalise the columns, not the rows', inputs: { x: expect.stringMatching(/^tensor float32 \(3, 4\): \[\[/) as string } });
});

test('a seed repeats the random tensors', async () => {
  const track = engineTrack();
  track.solve('03_engine/01_softmax', 'columns');
  const [a, b, c] = [await verdictOn(track, '--seed', '4'), await verdictOn(track, '--seed', '4'), await verdictOn(track, '--seed', '5')];
  expect(mainFailure(a)!.inputs).toEqual(mainFailure(b)!.inputs);
  expect(mainFailure(a)!.inputs).not.toEqual(mainFailure(c)!.inputs);
});

test('a wrong shape in the engine is told in its words, at the line', async () => {
  const track = engineTrack();
  track.write(file, "import type { Tensor } from '@track/engine';\n\nexport function softmax(x: Tensor): Tensor {\n  return x.matmul(x);\n}\n");
  const failure = mainFailure(await verdictOn(track))!;
  expect(failure).toMatchObject({ class: 'THREW', says: expect.stringContaining('mat1 and mat2 shapes cannot be multiplied') as string, where: { line: 4 } });
});

test('a tensor with a tolist of its own is no tensor', async () => {
  const track = engineTrack();
  track.write(file, "import type { Tensor } from '@track/engine';\nexport const softmax = (x: Tensor) => Object.defineProperty(x.clone(), 'tolist', { value: () => [] });\n");
  expect(mainFailure(await verdictOn(track))).toMatchObject({ class: 'TYPE', says: expect.stringContaining('not a tensor') as string });
});

test("a changed method of the engine's classes is named", async () => {
  const track = engineTrack();
  const own = 'export const softmax = (x: torch.Tensor) => x;\n';
  for (const [change, name] of [['torch.Tensor.prototype.add = torch.Tensor.prototype.sub;', 'Tensor.prototype.add'], ['torch.optim.SGD.prototype.step = () => null;', 'optim.SGD.prototype.step']]) {
    track.write(file, `import * as torch from '@track/engine';\n${change}\n${own}`);
    expect(mainFailure(await verdictOn(track))).toMatchObject({ class: 'TAMPERED', says: expect.stringContaining(name!) as string });
  }
});
