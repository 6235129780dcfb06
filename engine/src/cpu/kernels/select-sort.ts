// Stable merge sort of rows, with the places the values came from (int64). NaN counts as greater than everything.

@final class Ascending { @inline before<T>(a: T, b: T): bool { return a < b || (b != b && a == a) } }
@final class Descending { @inline before<T>(a: T, b: T): bool { return a > b || (a != a && b == b) } }

// Runs of this length are sorted by insertion.
const RUN: usize = 16

function insertionSort<T, O>(values: usize, index: usize, n: usize): void {
  const op = changetype<O>(0)
  const size = sizeof<T>()
  for (let i: usize = 1; i < n; i++) {
    const v = load<T>(values + i * size)
    const k = load<i64>(index + (i << 3))
    let j = i
    for (; j > 0 && op.before<T>(v, load<T>(values + (j - 1) * size)); j--) {
      store<T>(values + j * size, load<T>(values + (j - 1) * size))
      store<i64>(index + (j << 3), load<i64>(index + ((j - 1) << 3)))
    }
    store<T>(values + j * size, v)
    store<i64>(index + (j << 3), k)
  }
}

/** Merges the sorted [low, middle) and [middle, high) of (values, index) into the same places of (toValues, toIndex). */
function merge<T, O>(
  values: usize, index: usize, toValues: usize, toIndex: usize, low: usize, middle: usize, high: usize,
): void {
  const op = changetype<O>(0)
  const size = sizeof<T>()
  let i = low
  let j = middle
  for (let k = low; k < high; k++) {
    const right = i >= middle || (j < high && op.before<T>(load<T>(values + j * size), load<T>(values + i * size)))
    const from = right ? j++ : i++
    store<T>(toValues + k * size, load<T>(values + from * size))
    store<i64>(toIndex + (k << 3), load<i64>(index + (from << 3)))
  }
}

function sortRow<T, O>(values: usize, index: usize, scratch: usize, n: usize): void {
  const size = sizeof<T>()
  for (let i: usize = 0; i < n; i++) store<i64>(index + (i << 3), i)
  for (let i: usize = 0; i < n; i += RUN) {
    insertionSort<T, O>(values + i * size, index + (i << 3), min<usize>(RUN, n - i))
  }
  let fromIndex = index
  let fromValues = values
  let toIndex = scratch
  let toValues = scratch + (n << 3)
  for (let width = RUN; width < n; width *= 2) {
    for (let low: usize = 0; low < n; low += 2 * width) {
      const middle = min<usize>(n, low + width)
      merge<T, O>(fromValues, fromIndex, toValues, toIndex, low, middle, min<usize>(n, middle + width))
    }
    const v = fromValues
    fromValues = toValues
    toValues = v
    const k = fromIndex
    fromIndex = toIndex
    toIndex = k
  }
  if (fromIndex != index) {
    memory.copy(values, fromValues, n * size)
    memory.copy(index, fromIndex, n << 3)
  }
}

/** values may be x itself; scratch has n · (8 + element size) bytes. */
function sort<T>(x: usize, values: usize, index: usize, scratch: usize, rows: usize, n: usize, descending: bool): void {
  if (values != x) memory.copy(values, x, rows * n * sizeof<T>())
  for (; rows > 0; rows--) {
    if (descending) sortRow<T, Descending>(values, index, scratch, n)
    else sortRow<T, Ascending>(values, index, scratch, n)
    values += n * sizeof<T>()
    index += n << 3
  }
}

export function sort_f32(x: usize, values_out: usize, index_out: usize, scratch: usize, rows: usize, n: usize, descending: bool): void { sort<f32>(x, values_out, index_out, scratch, rows, n, descending) }
export function sort_f64(x: usize, values_out: usize, index_out: usize, scratch: usize, rows: usize, n: usize, descending: bool): void { sort<f64>(x, values_out, index_out, scratch, rows, n, descending) }
export function sort_i64(x: usize, values_out: usize, index_out: usize, scratch: usize, rows: usize, n: usize, descending: bool): void { sort<i64>(x, values_out, index_out, scratch, rows, n, descending) }
