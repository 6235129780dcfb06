import type { StoredArray } from './heap.ts';

// Runs of this length are sorted by insertion before they are merged.
const RUN = 12;

/**
 * Stable merge sort of `keys[0 … n)` together with `places`; `spareKeys` and `sparePlaces` are working space of the
 * same length. NaN counts as larger than everything. The results stand in `keys` and `places`.
 */
export function sortKeys(keys: StoredArray, places: Int32Array, n: number, descending: boolean, spareKeys: StoredArray, sparePlaces: Int32Array): void {
  const nans = gatherNaN(keys, places, n, descending, spareKeys, sparePlaces);
  const from = descending ? nans : 0, to = descending ? n : n - nans;
  for (let lo = from; lo < to; lo += RUN) insertion(keys, places, lo, Math.min(lo + RUN, to), descending);
  let a = keys, pa = places, b = spareKeys, pb = sparePlaces;
  for (let width = RUN; width < to - from; width *= 2) {
    for (let lo = from; lo < to; lo += 2 * width) merge(a, pa, b, pb, lo, Math.min(lo + width, to), Math.min(lo + 2 * width, to), descending);
    [a, b] = [b, a];
    [pa, pb] = [pb, pa];
  }
  if (a !== keys) for (let i = from; i < to; i++) { keys[i] = a[i]; places[i] = pa[i]; }
}

/** Moves NaN to the end (to the front where descending), keeping the order of the others; returns how many there are. */
function gatherNaN(keys: StoredArray, places: Int32Array, n: number, front: boolean, spareKeys: StoredArray, sparePlaces: Int32Array): number {
  let count = 0;
  for (let i = 0; i < n; i++) if (keys[i] !== keys[i]) count++;
  if (count === 0) return 0;
  let nan = front ? 0 : n - count, rest = front ? count : 0;
  for (let i = 0; i < n; i++) {
    const at = keys[i] !== keys[i] ? nan++ : rest++;
    spareKeys[at] = keys[i];
    sparePlaces[at] = places[i];
  }
  for (let i = 0; i < n; i++) { keys[i] = spareKeys[i]; places[i] = sparePlaces[i]; }
  return count;
}

function insertion(keys: StoredArray, places: Int32Array, lo: number, hi: number, descending: boolean): void {
  for (let i = lo + 1; i < hi; i++) {
    const k = keys[i], p = places[i];
    let j = i - 1;
    while (j >= lo && (descending ? keys[j] < k : keys[j] > k)) { keys[j + 1] = keys[j]; places[j + 1] = places[j]; j--; }
    keys[j + 1] = k;
    places[j + 1] = p;
  }
}

function merge(a: StoredArray, pa: Int32Array, b: StoredArray, pb: Int32Array, lo: number, mid: number, hi: number, descending: boolean): void {
  for (let i = lo, j = mid, k = lo; k < hi; k++) {
    const right = i >= mid || (j < hi && (descending ? a[j] > a[i] : a[j] < a[i])), at = right ? j++ : i++;
    b[k] = a[at];
    pb[k] = pa[at];
  }
}
