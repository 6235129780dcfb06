/** Random plain numbers for a claim; each seed gives its own sequence. */
export interface Random {
  /** A float in [low, high); [0, 1) by default. */
  uniform(low?: number, high?: number): number;
  /** An integer in [low, high], both ends included. */
  int(low: number, high: number): number;
  /** A sample of the standard normal distribution. */
  normal(): number;
  /** One item of a list. */
  pick<T>(items: readonly T[]): T;
  /** A copy of the list in random order. */
  shuffle<T>(items: readonly T[]): T[];
}

/** A 32-bit generator (mulberry32: Tommy Ettinger, public domain) behind `Math.random` and `Random`. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of the k-th claim of a run: claims draw independently of each other. */
export function seedOf(runSeed: number, k: number): number {
  return (Math.imul(runSeed, 0x9e3779b1) + Math.imul(k + 1, 0x85ebca6b)) >>> 0;
}

export function randomFrom(next: () => number): Random {
  const random: Random = {
    uniform: (low = 0, high = 1) => low + (high - low) * next(),
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => items[random.int(0, items.length - 1)]!,
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = random.int(0, i);
        [copy[i], copy[j]] = [copy[j]!, copy[i]!];
      }
      return copy;
    },
  };
  return Object.freeze(random);
}
