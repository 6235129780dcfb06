/** Finds the learner's line behind a stack or an export's name. */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Failure } from '../failure.ts';
import { codeFrame } from './bundle.ts';

export interface Place { file: string; line: number; column: number }

/** Lines of a V8 stack that name a file. */
function framesOf(stack: string): Place[] {
  return stack.split('\n').flatMap((line): Place[] => {
    const match = /(?:\(|at )(?:async )?((?:file:\/\/)?\/[^()]*?|file:\/\/\/[^()]*?):(\d+):(\d+)\)?$/.exec(line);
    if (match === null) return [];
    const file = match[1]!.startsWith('file:') ? fileURLToPath(match[1]!) : match[1]!;
    return [{ file: path.resolve(file), line: Number(match[2]), column: Number(match[3]) }];
  });
}

/** The first of these bundles that a stack passes through, from where the error was thrown. */
export function thrownIn(stack: string, bundles: readonly string[]): string | undefined {
  return framesOf(stack).find(({ file }) => bundles.includes(file))?.file;
}

/** The frames of a V8 stack that lie in a bundle, as places in its sources. */
export function mapStack(stack: string, bundle: string): Place[] {
  const frames = framesOf(stack).filter(({ file }) => file === bundle);
  const map = frames.length === 0 ? undefined : sourceMapOf(bundle);
  if (map === undefined) return [];
  return frames.flatMap(({ line, column }): Place[] => {
    const entry = map.findEntry(line - 1, column - 1);
    if (!('originalSource' in entry)) return [];
    const file = entry.originalSource.startsWith('file:') ? fileURLToPath(entry.originalSource)
      : path.resolve(path.dirname(bundle), entry.originalSource);
    return [{ file, line: entry.originalLine + 1, column: entry.originalColumn + 1 }];
  });
}

function sourceMapOf(bundle: string): SourceMap | undefined {
  const text = readFileSync(bundle, 'utf8');
  const marker = '//# sourceMappingURL=data:application/json;base64,';
  const at = text.lastIndexOf(marker);
  if (at === -1) return undefined;
  return new SourceMap(JSON.parse(Buffer.from(text.slice(at + marker.length).trim(), 'base64').toString()) as SourceMapPayload);
}

/** Where the file defines an export, as far as its text tells. */
export function definitionOf(name: string, file: string): Place | undefined {
  const lines = readFileSync(file, 'utf8').split('\n');
  const pattern = new RegExp(`\\b(?:function\\*?|class|const|let|var)\\s+${name.replaceAll('$', '\\$')}\\b`);
  const at = lines.findIndex((line) => pattern.test(line));
  return at === -1 ? undefined : { file, line: at + 1, column: lines[at]!.search(pattern) + 1 };
}

/** Adds the place in the learner's file, and some lines around it where the failure has a stack. */
export function locate(failure: Failure, source: string, bundle: string): Failure {
  if (failure.where !== undefined) return failure;
  if (failure.stack !== undefined) {
    const [place] = mapStack(failure.stack, bundle);
    if (place !== undefined) return { ...failure, where: place, frame: codeFrame(place.file, place.line, place.column) };
  }
  const definition = failure.used === undefined ? undefined : definitionOf(failure.used, source);
  return definition === undefined ? failure : { ...failure, where: definition };
}
