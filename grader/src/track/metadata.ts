/** What `MM_name.json` says about an exercise. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { TrackError } from '../errors.ts';

const sentence = z.string().trim().min(1);

export const metadataSchema = z.strictObject({
  title: sentence,
  /** Beginner, intermediate, advanced, expert. */
  level: z.enum(['B', 'I', 'A', 'E']),
  /** How long a learner of this level takes. */
  minutes: z.int().positive(),
  topics: z.array(sentence).min(1),
  /** Concept; API or approach; shape trace or almost code. */
  hints: z.tuple([sentence, sentence, sentence], { error: 'exactly three hints: concept; API or approach; shape trace or almost code' }),
  /** Operators that the learner is to build, and so can't call. */
  blocked: z.array(sentence).default([]),
  /** Ids of exercises that come first. */
  requires: z.array(z.string().regex(/^\d\d\/\d\d$/, 'an id such as 01/02')).default([]),
  /** Seconds for all claims together. */
  timeLimit: z.number().positive().max(600).default(10),
  /** MiB that the process may use, the engine included. */
  memoryLimit: z.number().positive().default(3072),
  /** What was learned, shown when all claims hold. */
  learned: sentence,
  /** For bugs: the program ends with an exception, because that is the lesson. */
  throws: z.boolean().default(false),
});

export type Metadata = z.infer<typeof metadataSchema>;

/** Reads and validates one file; `shown` is how messages name it. Throws a `TrackError` that names file and field. */
export function readMetadata(file: string, shown: string): Metadata {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new TrackError(missing ? `${shown} is missing` : `${shown} is not JSON: ${(error as Error).message}`);
  }
  const parsed = metadataSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || path.basename(shown)}: ${issue.message}`);
  throw new TrackError(`${shown} is not valid:\n${problems.join('\n')}`);
}
