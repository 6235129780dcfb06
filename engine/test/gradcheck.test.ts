import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { functions } from '../src/ops/install.ts';
import type { Operator } from '../src/ops/operator.ts';
import { elementwise } from './gradcheck/elementwise.ts';
import { layers } from './gradcheck/layers.ts';
import { any, type Sample } from './gradcheck/samples.ts';
import { shapes } from './gradcheck/shapes.ts';
import { notDifferentiable } from './gradcheck/table.ts';

// Every operator of every family is checked against finite differences, or says why it has no gradient.

const families = { ...elementwise, ...shapes, ...layers };
const isTable = (v: unknown): v is Record<string, Operator> => typeof v === 'object' && v !== null && Object.values(v).length > 0 && Object.values(v).every((r) => typeof r === 'object' && r !== null && 'schema' in r);
const tables = new Map<string, Record<string, Operator>>();
for (const file of readdirSync(new URL('../src/ops', import.meta.url))) {
  for (const [name, value] of Object.entries(await import(`../src/ops/${file.slice(0, -3)}.ts`) as Record<string, unknown>)) if (isTable(value)) tables.set(name, value);
}

const samples = new Map<string, Sample>();
for (const [family, list] of Object.entries(families)) {
  const table = tables.get(family), calls = functions(table as never) as unknown as Record<string, (...a: unknown[]) => unknown>;
  // Each operator gets samples of its own, made with its function.
  for (const name of Object.keys(table ?? {})) {
    const key = Object.entries(list(calls[name])).find(([names]) => names.split(' ').includes(name));
    if (key) samples.set(`${family}.${name}`, key[1]);
  }
  for (const names of Object.keys(list(() => undefined))) for (const name of names.split(' ')) if (!table || !(name in table)) throw new Error(`there is no operator ${family}.${name}`);
}

/** What is written outside the families: its arguments are not a tensor first. */
const others: [string, Sample][] = [
  ['einsum', { inputs: [any(2, 3), any(3, 2)], call: (a, b) => torch.einsum('ij,jk->ik', a, b) }],
  ['cartesianProd', { inputs: [any(2), any(3)], call: (a, b) => torch.cartesianProd(a, b) }],
  ['meshgrid', { inputs: [any(2), any(3)], call: (a, b) => torch.meshgrid(a, b) }],
  ['multiDot', { inputs: [any(2, 3), any(3, 2), any(2, 2)], call: (a, b, c) => torch.linalg.multiDot([a, b, c]) }],
  ['atleast', { inputs: [any(3)], call: (x) => [torch.atleast1d(x), torch.atleast2d(x), torch.atleast3d(x)] }],
  ['at', { inputs: [any(3, 4)], call: (x) => x.at([0, 2, 0], '1:4:2') }],
  ['setAt', { inputs: [any(3, 4), any(2)], call: (x, v) => x.clone().setAt([1, '1:4:2'], v) }],
];
for (const [name, sample] of others) samples.set(`others.${name}`, sample);

it('lists every operator of every family', () => {
  const missing: string[] = [], twice: string[] = [];
  for (const [family, table] of tables) for (const [name, op] of Object.entries(table)) {
    const id = `${family}.${name}`, reason = id in notDifferentiable || ('grad' in op && typeof op.grad === 'string');
    if (!samples.has(id) && !reason) missing.push(id);
    if (samples.has(id) && reason) twice.push(id);
  }
  expect(missing).toEqual([]);
  expect(twice).toEqual([]);
  for (const id of Object.keys(notDifferentiable)) { const [family, name] = id.split('.'); expect(tables.get(family), id).toHaveProperty(name); }
});

describe.each([...new Set([...samples.keys()].map((id) => id.split('.')[0]))])('%s', (family) => {
  it.each([...samples.keys()].filter((id) => id.startsWith(`${family}.`)).map((id) => [id.split('.')[1]]))('%s', (name) => {
    const { inputs, call, once } = samples.get(`${family}.${name}`)!;
    expect(torch.autograd.gradcheck(call, inputs)).toBe(true);
    if (once === undefined) expect(torch.autograd.gradgradcheck(call, inputs, { atol: 1e-4 })).toBe(true);
  });
});
