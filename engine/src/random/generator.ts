/**
 * PyTorch's CPU generator: the Mersenne Twister mt19937 (Matsumoto and Nishimura, 1998) with PyTorch's seeding,
 * and the second half of the last Box–Muller pair, which PyTorch keeps for the next call.
 */
import { TorchError } from '../errors.ts';

const N = 624;
const M = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const MATRIX = 0x9908b0df;
const STATE_BYTES = 5056;
const UINT64 = 1n << 64n;
/** The seed of `torch.Generator()`, before manualSeed. */
const DEFAULT_SEED = 67280421310721n;

// Byte offsets of the C struct behind torch.get_rng_state(), kept by PyTorch for old checkpoints:
// uint64 seed, int32 left, int32 seeded, uint64 next, uint64 state[624], double normal_x, normal_y, normal_rho (only
// normal_y is used: the next double sample), int32 valid, float32 next float sample, bool valid, padded to 8 bytes.
const AT = { seed: 0, left: 8, seeded: 12, next: 16, state: 24, double: 5024, doubleValid: 5040, float: 5048, floatValid: 5052 };

/**
 * A stream of random numbers, equal to that of `torch.Generator` on the CPU.
 *
 * @example
 * const g = new Generator().manualSeed(42);
 * g.random(); // 1608637542, as in PyTorch
 */
export class Generator {
  readonly device = 'cpu';
  /** The unused second value of the last Box–Muller pair in double precision. */
  nextDoubleNormal: number | null = null;
  /** The same in float: no CPU sampler of PyTorch fills it, but its state carries it. */
  nextFloatNormal: number | null = null;
  private currentSeed = 0n;
  private state = new Uint32Array(N);
  /** The outputs of `state`. */
  private outputs = new Uint32Array(N);
  /** The place in `outputs` of the next draw; 0 after seeding, when they are still to be made. */
  private next = 0;

  constructor(device = 'cpu') {
    if (device !== 'cpu') throw new TorchError(`Device type ${device} is not supported for torch.Generator() api. Random numbers are drawn on the cpu.`);
    this.manualSeed(DEFAULT_SEED);
  }

  /**
   * Restarts the stream. A seed is a 64-bit integer (a negative one counts from 2^64 down); like PyTorch,
   * the engine uses its low 32 bits only.
   */
  manualSeed(seed: number | bigint): this {
    if (typeof seed === 'number' && !Number.isInteger(seed)) throw new TorchError(`manual_seed expected a long, but got ${seed}`, { operator: 'manual_seed' });
    const value = BigInt(seed);
    if (value >= UINT64 || value < -(UINT64 >> 1n)) throw new TorchError('Overflow when unpacking long: a seed has 64 bits', { operator: 'manual_seed' });
    this.currentSeed = BigInt.asUintN(64, value);
    const s = this.state;
    s[0] = Number(this.currentSeed & 0xffffffffn);
    for (let i = 1; i < N; i++) s[i] = Math.imul(1812433253, s[i - 1] ^ (s[i - 1] >>> 30)) + i;
    this.next = 0;
    this.nextDoubleNormal = this.nextFloatNormal = null;
    return this;
  }

  /** Seeds from the system's entropy and returns the seed. */
  seed(): number {
    const [hi, lo] = crypto.getRandomValues(new Uint32Array(2));
    const seed = (hi & 0x1fffff) * 2 ** 32 + lo; // 53 bits, so that a number holds it exactly
    this.manualSeed(seed);
    return seed;
  }

  /** The seed of the last manualSeed or seed. Beyond 2^53 it is rounded to the nearest number. */
  initialSeed(): number {
    return Number(this.currentSeed);
  }

  /** The next 32 random bits, as an unsigned integer. */
  random(): number {
    if (this.next === 0 || this.next === N) this.refill();
    return this.outputs[this.next++];
  }

  /** The next 64 random bits: two draws, the high half first. */
  random64(): bigint {
    const hi = this.random();
    return (BigInt(hi) << 32n) | BigInt(this.random());
  }

  /** The state in the byte layout of `torch.get_rng_state()` (5056 bytes), so that checkpoints carry it across. */
  getState(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const v = new DataView(bytes.buffer);
    v.setBigUint64(AT.seed, this.currentSeed, true);
    v.setInt32(AT.left, this.next === 0 ? 1 : N + 1 - this.next, true);
    v.setInt32(AT.seeded, 1, true);
    v.setUint32(AT.next, this.next, true);
    for (let i = 0; i < N; i++) v.setUint32(AT.state + 8 * i, this.state[i], true);
    if (this.nextDoubleNormal !== null) {
      v.setFloat64(AT.double, this.nextDoubleNormal, true);
      v.setInt32(AT.doubleValid, 1, true);
    }
    if (this.nextFloatNormal !== null) {
      v.setFloat32(AT.float, this.nextFloatNormal, true);
      v.setUint8(AT.floatValid, 1);
    }
    return bytes;
  }

  /** Restores a state of getState or of `torch.get_rng_state()`. */
  setState(bytes: Uint8Array): this {
    if (bytes.length !== STATE_BYTES)
      throw new TorchError(`Expected a CPUGeneratorImplState of size ${STATE_BYTES} but found the input RNG state size to be ${bytes.length}`, { operator: 'set_state' });
    const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const left = v.getInt32(AT.left, true);
    const next = v.getUint32(AT.next, true);
    if (v.getInt32(AT.seeded, true) !== 1 || left <= 0 || left > N || next > N) throw new TorchError('Invalid mt19937 state', { operator: 'set_state' });
    this.currentSeed = v.getBigUint64(AT.seed, true);
    for (let i = 0; i < N; i++) this.state[i] = v.getUint32(AT.state + 8 * i, true);
    this.temper();
    this.next = next;
    this.nextDoubleNormal = v.getInt32(AT.doubleValid, true) ? v.getFloat64(AT.double, true) : null;
    this.nextFloatNormal = v.getUint8(AT.floatValid) ? v.getFloat32(AT.float, true) : null;
    return this;
  }

  /** A second generator that goes on with the same numbers. */
  clone(): Generator {
    return new Generator().setState(this.getState());
  }

  private refill(): void {
    const s = this.state;
    for (let i = 0; i < N - M; i++) s[i] = s[i + M] ^ twist(s[i], s[i + 1]);
    for (let i = N - M; i < N - 1; i++) s[i] = s[i + M - N] ^ twist(s[i], s[i + 1]);
    s[N - 1] = s[M - 1] ^ twist(s[N - 1], s[0]);
    this.temper();
    this.next = 0;
  }

  private temper(): void {
    for (let i = 0; i < N; i++) {
      let y = this.state[i];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      this.outputs[i] = y ^ (y >>> 18);
    }
  }
}
const twist = (u: number, v: number): number => (((u & UPPER) | (v & LOWER)) >>> 1) ^ (-(v & 1) & MATRIX);

/** The generator that every sampler uses unless it is given another. Seeded from the system's entropy. */
export const defaultGenerator = new Generator();
defaultGenerator.seed();
