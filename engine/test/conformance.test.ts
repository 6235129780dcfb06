import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { suites, type Case } from './conformance/suites.ts';

// Cases recorded from PyTorch (fixtures/README.md). Each passes, or stands in known_failures.json with the reason; a
// listed case that passes fails the run as well, so that the list stays exact.
const known = JSON.parse(readFileSync(new URL('./conformance/known_failures.json', import.meta.url), 'utf8')) as Record<string, string>;

const labelOf = (c: Case): string => `${String(c.op ?? c.module ?? c.optimizer ?? c.scheduler ?? c.name ?? c.fn ?? c.suite)}${c.dtype ? `:${c.dtype}` : ''}`;

describe.each(['ops', 'modules', 'promotion', 'rng', 'optim', 'repr', 'curves', 'loader'])('%s', (file) => {
  const lines = gunzipSync(readFileSync(new URL(`./fixtures/${file}.jsonl.gz`, import.meta.url))).toString().split('\n').filter(Boolean);
  const groups = new Map<string, { id: string; c: Case }[]>();
  lines.forEach((line, i) => {
    const c = JSON.parse(line) as Case, group = c.tier ? `${c.suite} tier ${c.tier}` : c.suite;
    groups.set(group, [...(groups.get(group) ?? []), { id: `${file}:${i + 1} ${labelOf(c)}`, c }]);
  });
  test.each([...groups.keys()])('%s', async (group) => {
    const wrong: string[] = [];
    let passed = 0;
    for (const { id, c } of groups.get(group)!) {
      let failure: string | null = null;
      try { await suites[c.suite](c); } catch (e) { failure = e instanceof Error ? e.message : String(e); }
      if (failure === null) passed++;
      if (failure !== null && !(id in known)) wrong.push(`${id}: ${failure}`);
      if (failure === null && id in known) wrong.push(`${id}: passes, and is listed as a known failure (${known[id]})`);
    }
    console.log(`${group}: ${passed} of ${groups.get(group)!.length}`);
    expect(wrong).toEqual([]);
  });
});
