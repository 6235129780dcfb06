/** Finds the learner's line behind a stack or an export's name. */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Failure } from '../failure.ts';
import { codeFrame } from './bundle.ts';

export interface Place { file: string; line: number; column: number }

/** The frames of a V8 stack that lie in a bundle, as places in its sources. */
export function mapStack(stack: string, bundle: string): Place[] {
  let map: SourceMap | undefined;
  const places: Place[] = [];
  for (const line of stack.split('\n')) {
    const match = /(?:\(|at )(?:async )?((?:file:\/\/)?\/[^()]*?|file:\/\/\/[^()]*?):(\d+):(\d+)\)?$/.exec(line);
    if (match === null) continue;
    const file = match[1]!.startsWith('file:') ? fileURLToPath(match[1]!) : match[1]!;
    if (path.resolve(file) !== bundle) continue;
    map ??= sourceMapOf(bundle);
    if (map === undefined) return places;
    const entry = map.findEntry(Number(match[2]) - 1, Number(match[3]) - 1);
    if (!('originalSource' in entry)) continue;
    const source = entry.originalSource.startsWith('file:') ? fileURLToPath(entry.originalSource)
      : path.resolve(path.dirname(bundle), entry.originalSource);
    places.push({ file: source, line: entry.originalLine + 1, column: entry.originalColumn + 1 });
  }
  return places;
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
