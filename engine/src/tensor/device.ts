import { TorchError } from '../errors.ts';

/** Kinds of device: `cpu`; `sim:N`, the cpu under another name, on which device mistakes show on any machine. */
const kinds = ['cpu', 'sim'] as const;

/** A device's full name: `sim` is `sim:0`. Throws for a device that this machine does not have. */
export function deviceName(device: string): string {
  const [, kind, index] = /^([a-z]+)(?::(\d+))?$/.exec(device) ?? [];
  if (kind === 'cpu') return 'cpu';
  if (kind === 'sim') return `sim:${index ?? 0}`;
  if (kind === 'cuda') throw new TorchError(`Torch not compiled with CUDA enabled: no device '${device}' on this machine. Use 'cpu', or 'sim:0' to practise with devices.`);
  throw new TorchError(`Expected one of ${kinds.join(', ')}, cuda device type at start of device string: ${device}`);
}
