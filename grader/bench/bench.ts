/**
 * `npm run bench:grader`: how long a learner waits on this machine. Cold check (start of the command to its end),
 * save to verdict in watch mode, `track list`; beside an empty Node of the same run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const repository = path.resolve(import.meta.dirname, '../..');
const command = path.join(repository, 'node_modules/.bin/track');

const bars = { cold: 800, save: 250, list: 350 };
const runs = 9;
const saves = 24;

const median = (times: readonly number[]): number => quantile(times, 0.5);
function quantile(times: readonly number[], q: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

/** A copy of the track with one exercise solved, so that the bench never touches the learner's files. */
function workspace(): { root: string; file: string; solution: string } {
  const root = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const real = existsSync(path.join(repository, 'challenges/01_data_processing'));
  const source = real ? repository : path.join(repository, 'grader/test/fixtures/track');
  for (const part of ['package.json', 'tsconfig.json', 'tsconfig.base.json', 'challenges', 'solutions', 'bugs']) {
    if (existsSync(path.join(source, part))) cpSync(path.join(source, part), path.join(root, part), { recursive: true });
  }
  symlinkSync(path.join(repository, 'node_modules'), path.join(root, 'node_modules'));
  const listed = JSON.parse(spawnSync(command, ['list', '01/01', '--json'], { cwd: root, encoding: 'utf8' }).stdout) as { file: string }[];
  const file = path.join(root, listed[0]!.file);
  return { root, file, solution: readFileSync(file.replace(`${path.sep}challenges${path.sep}`, `${path.sep}solutions${path.sep}`), 'utf8') };
}

function timed(binary: string, args: readonly string[], cwd: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(binary, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${binary} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

async function saveToVerdict(root: string, file: string, solution: string): Promise<number[]> {
  const watch = spawn(command, ['watch', '01/01'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  let wake = (): void => undefined;
  watch.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    wake();
  });
  const sees = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text)) await new Promise<void>((resolve) => { wake = resolve; });
    text = '';
  };
  await sees(/types/);
  const times: number[] = [];
  for (let k = 0; k < saves; k++) {
    const start = performance.now();
    writeFileSync(file, `${solution}\n// save ${k}\n`);
    await sees(/PASSED/);
    times.push(performance.now() - start);
    await sees(/types/); // the learner reads before the next save; the next process is warm by then
  }
  watch.stdin.write('q');
  await new Promise((resolve) => watch.once('close', resolve));
  return times;
}

const { root, file, solution } = workspace();
try {
  const empty: number[] = [];
  const cold: number[] = [];
  const list: number[] = [];
  for (let k = 0; k <= runs; k++) {
    writeFileSync(file, `${solution}\n// run ${k}\n`); // a new text: it has to be compiled
    const times = [timed(process.execPath, ['-e', '0'], root), timed(command, ['check', '01/01'], root), timed(command, ['list'], root)];
    if (k > 0) [empty, cold, list].forEach((series, i) => series.push(times[i]!)); // the first run fills the caches
  }
  const save = await saveToVerdict(root, file, solution);
  const row = (name: string, times: readonly number[], bar?: number): void => {
    const middle = median(times);
    const verdict = bar === undefined ? '' : middle <= bar ? `  within ${bar} ms` : `  over the bar of ${bar} ms`;
    console.log(`${name.padEnd(34)} median ${middle.toFixed(0).padStart(4)} ms   p95 ${quantile(times, 0.95).toFixed(0).padStart(4)} ms   n ${times.length}${verdict}`);
    if (bar !== undefined && middle > bar) process.exitCode = 1;
  };
  row('node -e 0', empty);
  row('track check 01/01, cold', cold, bars.cold);
  row('save to verdict, watch mode', save, bars.save);
  row('track list', list, bars.list);
} finally {
  rmSync(root, { recursive: true, force: true });
}
