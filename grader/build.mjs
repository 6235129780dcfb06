// Bundles the command, the child process and the two entries that exercises import. They share chunks, so that
// `Todo` and `ClaimFailure` are one class each. The engine and esbuild (a native binary) stay outside.
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const { metafile } = await build({
  entryPoints: {
    index: `${here}/src/index.ts`,
    check: `${here}/src/check/index.ts`,
    child: `${here}/src/child/main.ts`,
    cli: `${here}/src/cli.ts`,
  },
  outdir: `${here}/dist`,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['@track/engine', '@track/engine/*', 'esbuild'],
  // Bundled CommonJS (commander) asks for node's own modules by require.
  banner: { js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);" },
  logLevel: 'warning',
  metafile: true,
});

// Chunks of earlier builds go once no running command can still ask for them.
const written = new Set(Object.keys(metafile.outputs).map((file) => path.basename(file)));
for (const name of await readdir(`${here}/dist`)) {
  const file = `${here}/dist/${name}`;
  if (!written.has(name) && Date.now() - (await stat(file)).mtimeMs > 3600_000) await rm(file, { force: true });
}
