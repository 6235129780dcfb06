import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { memory } from './heap.ts';

/** A kernel: plain numbers in (addresses, sizes, strides in elements), its work done in `memory`. */
export type Kernel = (...args: number[]) => number;

// The smallest module that uses a relaxed-SIMD instruction (f32x4.relaxed_madd).
const probe = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11]);

function hasRelaxedSimd(): boolean {
  if (process.env.TRACK_KERNELS === 'simd') return false;
  if (WebAssembly.validate(probe)) return true;
  // Node 20 has it behind a flag; later versions don't know the flag and print an error line when given it.
  if (!process.versions.node.startsWith('20.')) return false;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(probe);
}

/** Which of the two builds runs here: `relaxed` has fused multiply-add. `TRACK_KERNELS=simd` chooses the other. */
export const kernelBuild: 'relaxed' | 'simd' = hasRelaxedSimd() ? 'relaxed' : 'simd';

// src/cpu/ and dist/js/ lie equally deep, so one path serves both.
const bytes = readFileSync(new URL(`../../dist/kernels/${kernelBuild}.wasm`, import.meta.url));
/** The compiled module, which worker threads instantiate over the same memory. */
export const kernelModule = new WebAssembly.Module(bytes);
const instance = new WebAssembly.Instance(kernelModule, { env: { memory, abort: () => { throw new Error('kernel aborted'); } } });

/** All kernels by name, `add_f32` for example; see kernels/index.ts for what each takes. */
export const kernels = instance.exports as unknown as Readonly<Record<string, Kernel>>;
