/** Edits (insert, delete, replace, swap of neighbours) that turn one word into another. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The names that a mistyped word may stand for, nearest first. */
export function nearest(word: string, names: readonly string[], count: number): string[] {
  const lower = word.toLowerCase();
  return names
    .map((name) => ({ name, d: Math.min(distance(lower, name.toLowerCase()), name.toLowerCase().includes(lower) ? 2 : Infinity) }))
    .filter(({ d, name }) => d <= Math.max(2, Math.max(word.length, name.length) * 0.4))
    .sort((a, b) => a.d - b.d)
    .slice(0, count)
    .map(({ name }) => name);
}
