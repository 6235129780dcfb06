/** The command `track`. Each command loads its own code when it is called. */
import { Command, InvalidArgumentError } from 'commander';
import { exitCode, faultText, noAccess, TrackError, UsageError, usageText } from './errors.ts';
import { nearest } from './nearest.ts';
import { Session, type GlobalOptions } from './session.ts';

const program = new Command('track');

/** Runs a command in a session; its result is the exit code. */
function action(run: (session: Session, ...args: never[]) => Promise<number> | number): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.pop() as Command;
    const session = new Session(command.optsWithGlobals<GlobalOptions>());
    await finish(await (run as (session: Session, ...args: unknown[]) => Promise<number> | number)(session, ...args));
  };
}

/** Ends the process once all output is out; the compiler's service would keep it alive. */
function finish(code: number): Promise<never> {
  return new Promise(() => {
    process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
  });
}

const integer = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
};

const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;

program
  .description('Learn PyTorch by exercises: edit a file, save, and see what is right and what is wrong.')
  .option('--plain', 'no colour, no special characters, no redrawing')
  .option('--json', 'machine-readable output')
  .showHelpAfterError('(track --help lists the commands)')
  .enablePositionalOptions(false)
  .addHelpText('after', examples('track', 'track check 01/02', 'track check 04', 'track hint dataset_loader')
    + '\nAn id is a chapter (04), an exercise (04/03, 04.3, bugs/03), a path, or a part of a name.\n'
    + 'Exit codes: 0 pass, 1 fail, 2 wrong usage, 3 time limit, 4 internal error.\n')
  .allowExcessArguments()
  .action(async (options: GlobalOptions, command: Command) => {
    const [word] = command.args;
    if (word !== undefined) await refuse(unknownCommand(word));
    await action(async (session) => (await import('./watch/watch.ts')).watchCommand(session, undefined))(options, command);
  });

program.command('watch').argument('[id]', 'the exercise to start with; the next open one by default')
  .description('watch an exercise and check it at every save')
  .addHelpText('after', examples('track watch', 'track watch 03/01'))
  .action(action(async (session, id: string | undefined) => (await import('./watch/watch.ts')).watchCommand(session, id)));

program.command('next')
  .description('print the next open exercise: what it asks, its file, how to check it')
  .addHelpText('after', examples('track next', 'track next --json'))
  .action(action(async (session, flags: GlobalOptions) => (await import('./commands/read.ts')).nextCommand(session, { ...program.opts<GlobalOptions>(), ...flags })));

program.command('check').argument('[id]', 'an exercise or a chapter; the next open exercise by default')
  .description('check an exercise, or all exercises of a chapter')
  .option('--seed <n>', 'repeat a run with the seed that its card shows', integer)
  .option('--claim <k>', 'only the claim with this number', integer)
  .option('--types', 'the types too, after the verdict (watch mode always checks them)')
  .addHelpText('after', examples('track check 01/02', 'track check 04', 'track check 01/02 --claim 3 --seed 7', 'track check 04 --json'))
  .action(action(async (session, id: string | undefined, flags: { seed?: number; claim?: number; types?: boolean }) =>
    (await import('./commands/check.ts')).checkCommand(session, id, { ...program.opts<GlobalOptions>(), ...flags })));

program.command('list').argument('[id]', 'a chapter; all by default')
  .description('list the exercises with their state')
  .addHelpText('after', examples('track list', 'track list 03', 'track list --json'))
  .action(action(async (session, id: string | undefined) => (await import('./commands/list.ts')).listCommand(session, id, program.opts<GlobalOptions>())));

program.command('status')
  .description('how far you are, chapter by chapter')
  .addHelpText('after', examples('track status', 'track status --json'))
  .action(action(async (session) => (await import('./commands/list.ts')).statusCommand(session, program.opts<GlobalOptions>())));

program.command('hint').argument('[id]', 'an exercise; the next open one by default')
  .description('show the next of three hints: the concept, the approach, almost the code')
  .option('--level <n>', 'this hint (1 to 3) instead of the next', integer)
  .addHelpText('after', examples('track hint 01/02', 'track hint 01/02 --level 1'))
  .action(action(async (session, id: string | undefined, flags: { level?: number }) => (await import('./commands/read.ts')).hintCommand(session, id, flags)));

program.command('solution').argument('[id]', 'an exercise; the next open one by default')
  .description('show the model solution, once you have tried')
  .option('--show', 'even without an attempt')
  .addHelpText('after', examples('track solution 01/02', 'track solution 01/02 --show'))
  .action(action(async (session, id: string | undefined, flags: { show?: boolean }) => (await import('./commands/read.ts')).solutionCommand(session, id, flags)));

program.command('diff').argument('[id]', 'an exercise; the next open one by default')
  .description('compare your file with the model solution, once you have tried')
  .option('--show', 'even without an attempt')
  .addHelpText('after', examples('track diff 01/02'))
  .action(action(async (session, id: string | undefined, flags: { show?: boolean }) => (await import('./commands/read.ts')).diffCommand(session, id, flags)));

program.command('reset').argument('<id>', 'an exercise')
  .description('put the file back as it was shipped; yours is kept as a backup')
  .addHelpText('after', examples('track reset 01/02', 'track restore 01/02   (takes the reset back)'))
  .action(action(async (session, id: string) => (await import('./commands/reset.ts')).resetCommand(session, id)));

program.command('restore').argument('<id>', 'an exercise')
  .description('bring back the file that the last reset replaced')
  .option('--list', 'list the backups instead')
  .addHelpText('after', examples('track restore 01/02', 'track restore 01/02 --list'))
  .action(action(async (session, id: string, flags: { list?: boolean }) => (await import('./commands/reset.ts')).restoreCommand(session, id, flags)));

program.command('doctor')
  .description('find out whether this machine has what the track needs')
  .addHelpText('after', examples('track doctor'))
  .action(action(async (session) => (await import('./commands/doctor.ts')).doctorCommand(session)));

const dev = program.command('dev').description('for those who write exercises');

dev.command('new').argument('<name>', 'chapter and name: 03/loss_curve, bugs/frozen_norm')
  .description('write the files of a new exercise')
  .addHelpText('after', examples('track dev new 03/loss_curve', 'track dev new bugs/frozen_norm'))
  .action(action(async (session, name: string) => (await import('./dev/new.ts')).newCommand(session, name)));

dev.command('check').argument('[ids...]', 'exercises or chapters; all by default')
  .description('prove of each exercise that its check accepts the solution and rejects every wrong attempt')
  .option('--fresh', 'prove everything again, not only what changed')
  .addHelpText('after', examples('track dev check', 'track dev check 03 bugs/02', 'track dev check --json'))
  .action(action(async (session, ids: string[], flags: { fresh?: boolean }) =>
    (await import('./dev/check.ts')).devCheckCommand(session, ids, { ...program.opts<GlobalOptions>(), ...flags })));

/** A word that is no command: one that was mistyped, or an id without its command. */
function unknownCommand(word: string): UsageError {
  if (/[\d/]/.test(word)) return new UsageError(`There is no command ${word}.`, [`track watch ${word}`, `track check ${word}`]);
  return new UsageError(`There is no command ${word}; track --help lists them.`, nearest(word, program.commands.map((c) => c.name()), 1).map((name) => `track ${name}`));
}

/** Help and version are no errors; anything else that commander refuses is wrong usage. */
program.exitOverride((error) => process.exit(error.exitCode === 0 ? exitCode.pass : exitCode.usage));
for (const command of [...program.commands, ...dev.commands]) command.copyInheritedSettings(program);

/** Says on stderr what went wrong, and ends with the exit code that goes with it. */
async function refuse(error: unknown): Promise<never> {
  const [code, text] = error instanceof UsageError ? [exitCode.usage, usageText(error)]
    : error instanceof TrackError ? [exitCode.internal, faultText(error)]
      : [exitCode.internal, noAccess(error) ?? `track failed; this is a fault of the command, not of your file.\n${error instanceof Error ? error.stack : String(error)}`];
  process.stderr.write(`${text}\n`);
  return finish(code);
}

try {
  await program.parseAsync();
} catch (error) {
  await refuse(error);
}
