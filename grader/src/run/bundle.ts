/** Turns a TypeScript file and what it imports by relative path into one module, and remembers it by its inputs. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BuildOptions, Message as EsbuildMessage, Plugin } from 'esbuild';
import type { Failure } from '../failure.ts';
import { writeAtomically } from '../write.ts';

export interface Bundle {
  /** The module to import. */
  file: string;
  /** Source files that went in, absolute. */
  inputs: string[];
}

/** The source does not build; `failure` says where and why. */
export class BuildFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.says);
    this.failure = failure;
  }
}

/** What an attempt may not reach by import: an answer, or the check itself. */
export interface Fence {
  /** Why this file may not be imported, or undefined. */
  forbids(file: string): string | undefined;
}

interface CacheEntry { file: string; inputs: [file: string, mtimeMs: number, size: number][] }

let compiler: Promise<typeof import('esbuild')> | undefined;

/** Starts loading the compiler; it takes some 30 ms that overlap with the start of the child. */
export function warmCompiler(): Promise<typeof import('esbuild')> {
  return (compiler ??= import('esbuild'));
}

export class Bundler {
  readonly #directory: string;

  /** `directory` keeps the modules; below the track's root, so that bare imports resolve as in the source. */
  constructor(stateDirectory: string) {
    this.#directory = path.join(stateDirectory, 'build');
  }

  async bundle(source: string, fence?: Fence): Promise<Bundle> {
    const key = createHash('sha256').update(source).digest('hex').slice(0, 16);
    const record = path.join(this.#directory, `${key}.json`);
    const cached = readEntry(record);
    if (cached !== undefined && isFresh(cached)) return { file: cached.file, inputs: cached.inputs.map(([file]) => file) };
    const { code, inputs } = await this.#build(source, fence);
    const stamps = inputs.map((file): CacheEntry['inputs'][number] => {
      const { mtimeMs, size } = statSync(file);
      return [file, mtimeMs, size];
    });
    mkdirSync(this.#directory, { recursive: true });
    // A name by content: a child that was warmed with an older text never meets the newer one half way.
    const digest = createHash('sha256').update(code).digest('hex').slice(0, 16);
    const file = path.join(this.#directory, `${path.basename(source, '.ts')}.${key.slice(0, 6)}-${digest}.mjs`);
    writeAtomically(file, code);
    if (cached !== undefined && cached.file !== file) rmSync(cached.file, { force: true });
    writeFileSync(record, JSON.stringify({ file, inputs: stamps } satisfies CacheEntry));
    return { file, inputs };
  }

  async #build(source: string, fence: Fence | undefined): Promise<{ code: string; inputs: string[] }> {
    const { build } = await warmCompiler();
    const options: BuildOptions = {
      entryPoints: [source],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      sourcemap: 'inline',
      sourcesContent: false,
      logLevel: 'silent',
      metafile: true,
      keepNames: true,
      absWorkingDir: path.dirname(source),
      outfile: path.join(this.#directory, 'out.mjs'),
      define: { 'import.meta.url': JSON.stringify(`file://${source}`), 'import.meta.dirname': JSON.stringify(path.dirname(source)) },
      tsconfigRaw: { compilerOptions: { target: 'ES2022', verbatimModuleSyntax: true } },
      plugins: fence === undefined ? [] : [fencePlugin(fence, source)],
    };
    try {
      const result = await build(options);
      const inputs = Object.keys(result.metafile!.inputs).map((file) => path.resolve(path.dirname(source), file));
      return { code: result.outputFiles![0]!.text, inputs };
    } catch (error) {
      const [message] = (error as { errors?: EsbuildMessage[] }).errors ?? [];
      if (message === undefined) throw error;
      throw new BuildFailed(syntaxFailure(message, source));
    }
  }
}

function fencePlugin(fence: Fence, source: string): Plugin {
  return {
    name: 'fence',
    setup({ onResolve }) {
      onResolve({ filter: /^@track\/(?:engine\/testing|grader\/check)$/ }, ({ path: specifier }) => (
        { errors: [{ text: `your file imports ${specifier}, which is for checks; it is of no use to an attempt` }] }));
      onResolve({ filter: /^[./]/ }, ({ path: specifier, resolveDir, kind }) => {
        if (kind === 'entry-point') return undefined;
        const reason = fence.forbids(path.resolve(resolveDir || path.dirname(source), specifier));
        return reason === undefined ? undefined : { errors: [{ text: reason }] };
      });
    },
  };
}

function syntaxFailure(message: EsbuildMessage, source: string): Failure {
  const place = message.location;
  const failure: Failure = { class: 'SYNTAX', says: message.text };
  const [note] = message.notes;
  if (note?.text) failure.diagnosis = note.text;
  if (place === null) return failure;
  const file = path.resolve(path.dirname(source), place.file);
  failure.where = { file, line: place.line, column: place.column + 1 };
  failure.frame = codeFrame(file, place.line, place.column + 1);
  return failure;
}

/** The line and its neighbours, with a caret under the column; empty where the file cannot be read. */
export function codeFrame(file: string, line: number, column?: number): string {
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    return '';
  }
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const shown: string[] = [];
  for (let n = first; n <= last; n++) {
    shown.push(`${n === line ? '>' : ' '} ${String(n).padStart(width)} | ${lines[n - 1]}`);
    if (n === line && column !== undefined) shown.push(`  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
  }
  return shown.join('\n');
}

function readEntry(record: string): CacheEntry | undefined {
  try {
    return JSON.parse(readFileSync(record, 'utf8')) as CacheEntry;
  } catch {
    return undefined; // never built, or the cache was emptied
  }
}

function isFresh(entry: CacheEntry): boolean {
  const same = ([file, mtimeMs, size]: CacheEntry['inputs'][number]): boolean => {
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat !== undefined && stat.mtimeMs === mtimeMs && stat.size === size;
  };
  return entry.inputs.every(same) && statSync(entry.file, { throwIfNoEntry: false }) !== undefined;
}
