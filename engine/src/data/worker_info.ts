/** What a dataset can ask about the worker thread that it runs in. */
export interface WorkerInfo { readonly id: number; readonly numWorkers: number; /** Differs between workers and epochs; the thread's random stream starts from it. */ readonly seed: number; readonly dataset: unknown }

let current: WorkerInfo | null = null;
/** In a loader's worker thread its number and the number of all; null in the program itself. An IterableDataset divides its samples by it. */
export const getWorkerInfo = (): WorkerInfo | null => current;
export const setWorkerInfo = (info: WorkerInfo): void => { current = info; };
