/** Notices saves; where the file system sends no events, it polls and says so. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { watch, type FSWatcher } from 'chokidar';

export interface FileWatch {
  close(): Promise<void>;
}

export interface FileWatchOptions {
  directories: readonly string[];
  /** Where a probe may be written; on the same file system. */
  state: string;
  onChange(file: string): void;
  onNote(text: string): void;
  /** How long the event of the probe may take, in milliseconds. */
  patience?: number;
  /** Makes the native watcher; replaced by tests. */
  open?: (paths: string[], polling: boolean) => FSWatcher;
}

const openChokidar = (paths: string[], usePolling: boolean): FSWatcher =>
  watch(paths, { ignoreInitial: true, usePolling, interval: 300, ignored: (file) => /(^|[\\/])(node_modules|\.git)([\\/]|$)/.test(file) });

export async function watchFiles({ directories, state, onChange, onNote, patience = 1500, open = openChokidar }: FileWatchOptions): Promise<FileWatch> {
  const probes = path.join(state, 'probe');
  mkdirSync(probes, { recursive: true });
  const probe = path.join(probes, String(process.pid));
  let sawProbe = (): void => undefined;
  const listen = async (polling: boolean): Promise<FSWatcher> => {
    const watcher = open([...directories, probes], polling);
    const changed = (file: string): void => {
      if (path.resolve(file) === probe) sawProbe();
      else if (!file.startsWith(probes)) onChange(path.resolve(file));
    };
    watcher.on('add', changed).on('change', changed);
    watcher.on('error', (error) => onNote(`The watcher reports: ${String(error)}`));
    await new Promise<void>((resolve) => void watcher.once('ready', resolve));
    return watcher;
  };
  let watcher = await listen(false);
  let closed = false;
  // The probe is judged in the background: saves are noticed meanwhile.
  const judged = (async () => {
    const seen = new Promise<boolean>((resolve) => {
      sawProbe = () => resolve(true);
      setTimeout(() => resolve(false), patience).unref();
    });
    writeFileSync(probe, '');
    const works = await seen;
    rmSync(probe, { force: true });
    if (works || closed) return;
    onNote('This file system sends no events: watching by polling, a save is noticed within half a second.');
    await watcher.close();
    watcher = await listen(true);
  })();
  return {
    async close() {
      closed = true;
      sawProbe();
      await judged;
      await watcher.close();
    },
  };
}
