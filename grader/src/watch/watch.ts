/** `track watch`: checks an exercise at every save; every key works at any time. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { typeReport } from '../cards/types.ts';
import { assignment, diff, hint, solution } from '../commands/read.ts';
import { reset } from '../commands/reset.ts';
import { exitCode, faultText, TrackError, UsageError } from '../errors.ts';
import { Cancelled, type Sandbox } from '../run/sandbox.ts';
import { checkTypes, type TypeProblem } from '../run/types.ts';
import { warmCompiler } from '../run/bundle.ts';
import { commandId, type Session } from '../session.ts';
import type { Exercise } from '../track/catalogue.ts';
import { label, selectOne } from '../track/select.ts';
import { firstOpen, isUntouched, mainFailure, type Verdict } from '../verdict.ts';
import { watchFiles } from './files.ts';
import { readKeys, type Keys } from './keys.ts';
import { Screen } from './screen.ts';

const help = [
  'n  next exercise            p  previous exercise      r  check again',
  'h  a hint, one more each    d  compare with the solution',
  's  the solution             t  the source of the claim that fails',
  'e  open the file in your editor ($VISUAL or $EDITOR)',
  'l  list of exercises        x  reset the file (press twice)',
  '?  this help                q  quit',
].join('\n');

const footer = 'n next  p previous  r rerun  h hint  t claim  e edit  l list  ? help  q quit';

/** A save of two writes in a row is one save. */
const settle = 12;

export async function watchCommand(session: Session, id: string | undefined): Promise<number> {
  const start = id === undefined ? session.nextPending() ?? session.track.exercises[0] : selectOne(session.track, id);
  if (start === undefined) throw new UsageError('This track has no exercises yet.');
  return new Watch(session, start).run();
}

class Watch {
  readonly #session: Session;
  readonly #screen: Screen;
  #exercise: Exercise;
  #verdict: Verdict | undefined;
  #inputs = new Set<string>();
  /** The process for the next run, warmed with the check of the exercise. */
  #warm: Sandbox | undefined;
  /** The process and the compiler of the run that is going on. */
  #running: Sandbox | undefined;
  #types: AbortController | undefined;
  #settling: NodeJS.Timeout | undefined;
  #resetAsked = false;
  #keys: Keys | undefined;
  #quit: () => void = () => undefined;
  /** Ends the watch with an error that nobody expected. */
  #fail: (error: unknown) => void = () => undefined;

  constructor(session: Session, exercise: Exercise) {
    this.#session = session;
    this.#exercise = exercise;
    this.#screen = new Screen(session.terminal);
  }

  async run(): Promise<number> {
    const { track } = this.#session;
    void warmCompiler();
    const finished = new Promise<void>((resolve, reject) => {
      this.#quit = resolve;
      this.#fail = reject;
    });
    this.#keys = readKeys((key) => this.#onKey(key).catch(this.#fail));
    process.once('SIGTERM', this.#quit);
    const files = watchFiles({
      directories: [path.join(track.root, 'challenges'), path.join(track.root, 'bugs')], state: track.state,
      onChange: (file) => this.#onSave(file), onNote: (text) => this.#screen.append(() => text),
    });
    files.catch(this.#fail);
    this.#open(this.#exercise).catch(this.#fail);
    await finished;
    clearTimeout(this.#settling);
    this.#types?.abort();
    this.#running?.kill();
    this.#warm?.kill();
    this.#keys.close();
    await (await files).close();
    return exitCode.pass;
  }

  /** Makes an exercise the watched one, and checks it. */
  async #open(exercise: Exercise): Promise<void> {
    if (exercise !== this.#exercise) {
      this.#warm?.kill();
      this.#warm = undefined;
    }
    this.#exercise = exercise;
    this.#inputs = new Set([exercise.file, exercise.check, exercise.json]);
    await this.#check();
  }

  #onSave(file: string): void {
    const other = this.#session.track.exercises.find((e) => e.file === file && e !== this.#exercise);
    if (!this.#inputs.has(file) && other === undefined) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      if (this.#inputs.has(file)) {
        if (file === this.#exercise.check) this.#renewWarm(); // it holds the old check
        this.#check().catch(this.#fail);
      } else if (other !== undefined) this.#open(other).catch(this.#fail);
    }, settle);
  }

  #renewWarm(): void {
    this.#warm?.kill();
    this.#warm = this.#session.checker.sandbox();
  }

  /** Starts a run; one that is going on is given up. */
  async #check(): Promise<void> {
    this.#running?.kill();
    this.#types?.abort();
    const sandbox = this.#warm ?? this.#session.checker.sandbox();
    this.#warm = undefined;
    this.#running = sandbox;
    const exercise = this.#exercise;
    this.#screen.status(`checking ${commandId(exercise)} …`);
    try {
      const verdict = await this.#session.checker.check(exercise, {
        sandbox, watcher: { onProgress: (fraction, text) => this.#screen.progress(fraction, text) },
      });
      if (this.#running !== sandbox) return;
      this.#verdict = verdict;
      this.#session.record(exercise, verdict);
      await this.#showVerdict(exercise, verdict);
      this.#running = undefined;
      await this.#prepareNext(exercise);
      if (mainFailure(verdict)?.class !== 'SYNTAX') await this.#checkTypes(exercise);
    } catch (error) {
      if (error instanceof Cancelled || this.#running !== sandbox && this.#running !== undefined) return;
      this.#running = undefined;
      if (!(error instanceof TrackError)) throw error;
      this.#verdict = undefined;
      this.#screen.show(() => faultText(error), footer);
    }
  }

  async #showVerdict(exercise: Exercise, verdict: Verdict): Promise<void> {
    const text = await this.#session.card(exercise, verdict);
    const intro = isUntouched(verdict) ? `${await assignment(this.#session, exercise)}\n\n` : '';
    this.#screen.show(() => intro + text, verdict.status === 'passed' ? `n goes on to the next exercise\n${footer}` : footer);
  }

  /** Warms a process for the next save, and learns which files that save may be in. */
  async #prepareNext(exercise: Exercise): Promise<void> {
    const { checker } = this.#session;
    this.#warm ??= checker.sandbox();
    this.#warm.prepare((await checker.bundleCheck(exercise)).file);
    const inputs = await checker.inputs(exercise);
    if (exercise === this.#exercise) this.#inputs = new Set([exercise.check, exercise.json, exercise.file, ...inputs]);
  }

  async #checkTypes(exercise: Exercise): Promise<void> {
    const types = new AbortController();
    this.#types = types;
    let problems: TypeProblem[];
    try {
      problems = await checkTypes(this.#session.track, [exercise.file], types.signal);
    } catch (error) {
      if (!types.signal.aborted) this.#screen.append(() => `types      could not be checked: ${(error as Error).message.split('\n')[0]}`);
      return;
    }
    if (!types.signal.aborted) this.#screen.append(() => typeReport(this.#session, problems));
  }

  async #onKey(key: string): Promise<void> {
    const resetAsked = this.#resetAsked;
    this.#resetAsked = false;
    const { track } = this.#session;
    try {
      switch (key) {
        case 'q': return this.#quit();
        case 'n': return await this.#open(this.#session.nextPending(this.#exercise) ?? this.#exercise);
        case 'p': return await this.#open(track.exercises[Math.max(0, track.exercises.indexOf(this.#exercise) - 1)]!);
        case 'r': return await this.#check();
        case 'h': return this.#append(await hint(this.#session, this.#exercise));
        case 's': return this.#append(solution(this.#session, this.#exercise, false));
        case 'd': return this.#append(diff(this.#session, this.#exercise, false));
        case 't': return this.#append(this.#claimSource());
        case 'l': return this.#append(this.#list());
        case 'e': return this.#edit();
        case 'x':
          this.#resetAsked = !resetAsked;
          return this.#append(resetAsked ? reset(this.#session, this.#exercise) : `Press x again to put ${track.shown(this.#exercise.file)} back as it was shipped; your version is kept.`);
        case '?': return this.#append(help);
        default:
      }
    } catch (error) {
      if (!(error instanceof UsageError) && !(error instanceof TrackError)) throw error;
      this.#append(error.message);
    }
  }

  #append(text: string): void {
    this.#screen.append(() => text);
  }

  /** The lines of the check that state the first open claim. */
  #claimSource(): string {
    const claim = this.#verdict && firstOpen(this.#verdict);
    if (claim === undefined) return 'No claim is open.';
    const lines = readFileSync(this.#exercise.check, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.includes(claim.sentence.replaceAll("'", "\\'")) || line.includes(claim.sentence));
    if (at === -1) return `${claim.sentence}\n(its place in ${this.#session.track.shown(this.#exercise.check)} was not found)`;
    const first = /\b(claim|outcome)\(/.test(lines[at]!) ? at : at - 1;
    const end = lines.findIndex((line, i) => i > at && /^ {2}\}\);/.test(line));
    return [`${this.#session.track.shown(this.#exercise.check)}:${first + 1}`, ...lines.slice(first, end === -1 ? first + 12 : end + 1)].join('\n');
  }

  /** The exercises around the current one. */
  #list(): string {
    const { track, progress, terminal: { symbols, color } } = this.#session;
    const { exercises } = progress.read();
    const at = track.exercises.indexOf(this.#exercise);
    return track.exercises.slice(Math.max(0, at - 6), at + 7).map((e) => {
      const mark = exercises[e.id]?.state === 'passed' ? symbols.pass : exercises[e.id]?.state === 'started' ? symbols.todo : symbols.skip;
      const text = `${mark} ${label(e)}`;
      return e === this.#exercise ? color.bold(`> ${text}`) : `  ${text}`;
    }).join('\n');
  }

  /** Opens the learner's editor at the line in question; a terminal editor gets the terminal. */
  #edit(): void {
    const editor = process.env['VISUAL'] ?? process.env['EDITOR'];
    const where = this.#verdict && mainFailure(this.#verdict)?.where;
    const file = where?.file ?? this.#exercise.file;
    const line = where?.line ?? 1;
    if (!editor) return this.#append(`Set VISUAL or EDITOR to open ${this.#session.track.shown(file)}:${line} from here.`);
    const [command, ...args] = editor.split(' ') as [string, ...string[]];
    const graphical = /^(code|code-insiders|codium|cursor|windsurf|zed|subl)$/.test(path.basename(command));
    const place = graphical ? (/^(zed|subl)$/.test(path.basename(command)) ? [`${file}:${line}`] : ['-g', `${file}:${line}`]) : [`+${line}`, file];
    if (!graphical) this.#keys?.pause();
    const child = spawn(command, [...args, ...place], { stdio: graphical ? 'ignore' : 'inherit' });
    child.on('error', (error) => this.#append(`${editor} could not be started: ${error.message}`));
    child.on('close', () => {
      if (!graphical) this.#keys?.resume();
    });
  }
}
