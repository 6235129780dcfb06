import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

// The built package, as a program that depends on it gets it.
const run = (code: string): string => execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', cwd: new URL('..', import.meta.url) });

test('classes keep their names in the bundle, since they are printed', () => {
  expect(run("import { nn, optim, Tensor, TorchError } from '@track/engine'; console.log([...Object.entries({ ...nn, ...optim, Tensor, TorchError })].filter(([k, v]) => typeof v === 'function' && /^[A-Z]/.test(k) && v.name !== k).map(([k, v]) => k + ' is named ' + v.name).join())").trim()).toMatch(/^(Module is named _Module)?$/);
});

test('all entries load, and share one Tensor class', () => {
  expect(run("import * as torch from '@track/engine'; import { spy } from '@track/engine/testing'; import { datasets } from '@track/engine/vision'; const r = spy(() => torch.ones(2).add(1)); console.log(r.count('add'), datasets !== undefined)").trim()).toBe('1 true');
});
