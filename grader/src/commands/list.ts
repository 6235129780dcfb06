import { bar } from '../cards/terminal.ts';
import { exitCode, TrackError } from '../errors.ts';
import { untouched, type ProgressEntry } from '../progress.ts';
import { commandId, type GlobalOptions, type Session } from '../session.ts';
import type { Exercise } from '../track/catalogue.ts';
import { label, select } from '../track/select.ts';
import type { Metadata } from '../track/metadata.ts';

interface Row { exercise: Exercise; entry: ProgressEntry; metadata: Metadata | TrackError }

async function rows(session: Session, exercises: readonly Exercise[]): Promise<Row[]> {
  const progress = session.progress.read();
  const list: Row[] = [];
  for (const exercise of exercises) {
    list.push({ exercise, entry: progress.exercises[exercise.id] ?? untouched, metadata: await metadataOf(session, exercise) });
  }
  session.track.saveCache();
  return list;
}

/** A broken metadata file spoils its own line, not the list. */
async function metadataOf(session: Session, exercise: Exercise): Promise<Metadata | TrackError> {
  try {
    return await session.track.metadata(exercise);
  } catch (error) {
    if (error instanceof TrackError) return error;
    throw error;
  }
}

export async function listCommand(session: Session, id: string | undefined, { json }: GlobalOptions): Promise<number> {
  const list = await rows(session, id === undefined ? session.track.exercises : select(session.track, id));
  if (json) {
    session.print(JSON.stringify(list.map(({ exercise, entry, metadata }) => ({
      id: exercise.id, name: exercise.name, file: session.track.shown(exercise.file), ...entry,
      ...(metadata instanceof TrackError ? { error: metadata.message } : { title: metadata.title, level: metadata.level, minutes: metadata.minutes, topics: metadata.topics }),
    })), null, 2));
    return exitCode.pass;
  }
  const { color, symbols, width } = session.terminal;
  let heading = '';
  for (const { exercise, entry, metadata } of list) {
    const chapter = session.track.chapters.get(exercise.chapter) ?? exercise.chapter;
    if (chapter !== heading) session.print(`${heading === '' ? '' : '\n'}${color.bold(chapter)}`);
    heading = chapter;
    const [mark, paint] = entry.state === 'passed' ? [symbols.pass, color.green] : entry.state === 'started' ? [symbols.todo, color.yellow] : [symbols.skip, color.dim];
    const about = metadata instanceof TrackError ? color.red(metadata.message.split('\n')[0]!)
      : `${metadata.title.slice(0, width - 34).padEnd(width - 34)} ${color.dim(`${metadata.level} ${String(metadata.minutes).padStart(3)} min`)}`;
    session.print(`  ${paint(mark)} ${commandId(exercise).padEnd(8)} ${about}`);
  }
  return exitCode.pass;
}

export async function statusCommand(session: Session, { json }: GlobalOptions): Promise<number> {
  const { track, terminal } = session;
  const progress = session.progress.read();
  const stateOf = (e: Exercise): string => progress.exercises[e.id]?.state ?? 'new';
  const chapters = [...new Set(track.exercises.map(({ chapter }) => chapter))].sort().map((chapter) => {
    const exercises = track.exercises.filter((e) => e.chapter === chapter);
    return {
      chapter, name: track.chapters.get(chapter) ?? chapter, total: exercises.length,
      passed: exercises.filter((e) => stateOf(e) === 'passed').length, started: exercises.filter((e) => stateOf(e) === 'started').length,
    };
  });
  const total = track.exercises.length;
  const passed = chapters.reduce((sum, c) => sum + c.passed, 0);
  const next = session.nextPending();
  if (json) {
    session.print(JSON.stringify({ total, passed, chapters, next: next?.id ?? null }, null, 2));
    return exitCode.pass;
  }
  const longest = Math.max(...chapters.map(({ name }) => name.length));
  for (const c of chapters) {
    session.print(`  ${c.name.padEnd(longest)} ${bar(c.total === 0 ? 0 : c.passed / c.total, terminal, 16)}  ${c.passed} of ${c.total}`);
  }
  session.print(`\n  ${passed} of ${total} exercises pass${next === undefined ? '' : `; next is ${label(next)}`}`);
  return exitCode.pass;
}
