// torch.cuda: what a program asks before it uses a GPU.
import { TorchError } from './errors.ts';

const none = (): TorchError => new TorchError('Torch not compiled with CUDA enabled');

/** Is there a CUDA device that tensors can go to? */
export const isAvailable = (): boolean => false;
/** Number of CUDA devices. */
export const deviceCount = (): number => 0;
/** Waits until a device has done its work. Without one there is nothing to wait for. */
export const synchronize = (): void => {};
/** Gives unused memory of the device back. */
export const emptyCache = (): void => {};
/** Bytes of the tensors on a device. */
export const memoryAllocated = (): number => 0;
/** The most that `memoryAllocated` was. */
export const maxMemoryAllocated = (): number => 0;
export const resetPeakMemoryStats = (): void => {};
/** Seeds the generators of the devices; random numbers here are drawn on the cpu, by `torch.manualSeed`. */
export const manualSeed = (_seed: number): void => {};
export const manualSeedAll = (_seed: number): void => {};
/** Throws where there is no device. */
export function currentDevice(): number { throw none(); }
export function getDeviceName(_device?: number): string { throw none(); }
