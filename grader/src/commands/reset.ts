import { exitCode, UsageError } from '../errors.ts';
import { commandId, type Session } from '../session.ts';
import type { Exercise } from '../track/catalogue.ts';
import { selectOne } from '../track/select.ts';
import { backupsOf, keepStubs, resetToStub, restoreBackup, stubOf } from '../track/stubs.ts';

export function resetCommand(session: Session, id: string): number {
  session.print(reset(session, selectOne(session.track, id)));
  return exitCode.pass;
}

/** Puts the stub back and says where the old file went. */
export function reset(session: Session, exercise: Exercise): string {
  const { track } = session;
  keepStubs(track);
  const stub = stubOf(track, exercise);
  if (stub === undefined) throw new UsageError(`Nothing is known of how ${track.shown(exercise.file)} was shipped: neither a copy nor git has it.`);
  const backup = resetToStub(track, exercise, stub);
  session.progress.update(exercise.id, (entry) => {
    const { passedAt: _, ...rest } = entry;
    return { ...rest, state: 'new' };
  });
  const kept = backup === undefined ? '' : `\nYour version is kept as ${track.shown(backup)}; track restore ${commandId(exercise)} brings it back.`;
  return `${track.shown(exercise.file)} is as it was shipped.${kept}`;
}

export function restoreCommand(session: Session, id: string, { list }: { list?: boolean }): number {
  const { track } = session;
  const exercise = selectOne(track, id);
  const backups = backupsOf(track, exercise);
  if (list) {
    session.print(backups.length === 0 ? 'No backups.' : backups.map((file) => track.shown(file)).join('\n'));
    return exitCode.pass;
  }
  if (backups.length === 0) throw new UsageError(`There is no backup of ${track.shown(exercise.file)}.`);
  restoreBackup(track, exercise, backups[0]!);
  session.print(`${track.shown(exercise.file)} is back as ${track.shown(backups[0]!)} had it.\ntrack check ${commandId(exercise)} counts it again.`);
  return exitCode.pass;
}
