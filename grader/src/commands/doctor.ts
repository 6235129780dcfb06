import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import os from 'node:os';
import { exitCode } from '../errors.ts';
import type { Session } from '../session.ts';

interface Finding { name: string; ok: boolean; text: string }

/** `track doctor`: Node, the engine and its kernels, the compiler, the state directory. */
export async function doctorCommand(session: Session): Promise<number> {
  const findings: Finding[] = [
    { name: 'node', ok: true, text: `${process.version} on ${os.platform()} ${os.arch()}, ${os.availableParallelism()} cores` },
    await finding('engine', async () => {
      const name = '@track/engine';
      const start = performance.now();
      const torch = await import(name) as { ones(...shape: number[]): Matrix };
      const loaded = performance.now() - start;
      const product = torch.ones(64, 64).matmul(torch.ones(64, 64)).sum().item();
      if (product !== 64 ** 3) throw new Error(`a product of ones sums to ${product}, not ${64 ** 3}`);
      return `loads in ${loaded.toFixed(0)} ms, kernels multiply`;
    }),
    await finding('compiler', async () => {
      const esbuild = await import('esbuild');
      await esbuild.transform('const x: number = 1', { loader: 'ts' });
      return `esbuild ${esbuild.version}`;
    }),
    await finding('state', () => {
      mkdirSync(session.track.state, { recursive: true });
      accessSync(session.track.state, constants.W_OK);
      const { bavail, bsize } = statfsSync(session.track.state);
      return Promise.resolve(`${session.track.state} is writable, ${Math.round(bavail * bsize / 2 ** 20)} MiB free`);
    }),
    await finding('track', () => Promise.resolve(`${session.track.exercises.length} exercises in ${session.track.root}`)),
  ];
  const { color, symbols } = session.terminal;
  for (const { name, ok, text } of findings) {
    session.print(`${ok ? color.green(symbols.pass) : color.red(symbols.fail)} ${name.padEnd(10)} ${text}`);
  }
  return findings.every(({ ok }) => ok) ? exitCode.pass : exitCode.internal;
}

interface Matrix { matmul(other: Matrix): Matrix; sum(): Matrix; item(): number }

async function finding(name: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, text: await look() };
  } catch (error) {
    return { name, ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}
