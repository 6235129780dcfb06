/** The second lane: what the compiler says about the types of an attempt. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Track } from '../track/catalogue.ts';
import { writeAtomically } from '../write.ts';

export interface TypeProblem { file: string; line: number; column: number; code: string; message: string }

const strict = {
  target: 'ES2022', lib: ['ES2023'], module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'], strict: true,
  skipLibCheck: true, allowImportingTsExtensions: true, noEmit: true,
};

/** Type-checks files as the track's tsconfig would; gives the problems that lie in them. Rejects when aborted. */
export async function checkTypes(track: Track, files: readonly string[], signal?: AbortSignal): Promise<TypeProblem[]> {
  const config = path.join(track.state, 'types', `${process.pid}.json`);
  const shared = path.join(track.root, 'tsconfig.json');
  writeAtomically(config, JSON.stringify({
    ...(existsSync(shared) ? { extends: shared } : { compilerOptions: strict }), include: [], files,
  }));
  const compiler = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const text = await outputOf(process.execPath, [compiler, '--noEmit', '--pretty', 'false', '-p', config], track.root, signal);
  const wanted = new Set(files);
  return text.split('\n').flatMap((line): TypeProblem[] => {
    const match = /^(.*)\((\d+),(\d+)\): error (TS\d+): (.*)$/.exec(line);
    if (match === null) return [];
    const file = path.resolve(track.root, match[1]!);
    return wanted.has(file) ? [{ file, line: Number(match[2]), column: Number(match[3]), code: match[4]!, message: match[5]! }] : [];
  });
}

function outputOf(command: string, args: string[], cwd: string, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], ...(signal === undefined ? {} : { signal }) });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || /error TS\d+/.test(text)) resolve(text);
      else reject(new Error(`tsc ended with code ${code}: ${text.trim()}`));
    });
  });
}
