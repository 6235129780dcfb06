// Builds the package: kernels (WebAssembly), JavaScript (bundled, so that a program starts fast) and declarations.
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildKernels } from './build/kernels.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const entries = ['testing', 'vision', 'text'].filter((name) => existsSync(join(here, 'src', name, 'index.ts')));

await buildKernels();
// Built aside and swapped in, so that a running program never finds half a build.
const fresh = `dist/js.${process.pid}`, old = `${fresh}.old`;
await build({
  absWorkingDir: here,
  entryPoints: { index: 'src/index.ts', data_worker: 'src/data/worker.ts', ...Object.fromEntries(entries.map((name) => [name, `src/${name}/index.ts`])) },
  outdir: fresh, bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', sourcemap: true, logLevel: 'warning',
});
if (existsSync(join(here, 'dist/js'))) renameSync(join(here, 'dist/js'), join(here, old));
renameSync(join(here, fresh), join(here, 'dist/js'));
rmSync(join(here, old), { recursive: true, force: true });
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
try {
  execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.types.json')], { stdio: 'pipe' });
} catch (e) {
  console.error(String(e.stdout ?? e.message));
  process.exitCode = 1;
}
