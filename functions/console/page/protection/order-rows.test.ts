import { describe, expect, it } from 'vitest';
import { sampleClaim, sampleInventory } from '../../../../test/console/sample-inventory.ts';
import { byNamespace, countHealths, matches, worstFirst } from './order-rows.ts';
import { summarise } from './summarise.ts';

const now = Date.parse('2026-11-28T16:00:00Z');
const inventory = sampleInventory({ now });
const rows = inventory.namespaces.flatMap(({ pvcs }) => pvcs);
const safe = [sampleClaim(now, 'a', 'b'), sampleClaim(now, 'a', 'c')];

describe('the order of the claims', () => {
  it('puts what has no backup first, then what is late, then by age against the objective', () => {
    expect(
      worstFirst(rows)
        .slice(0, 2)
        .map(({ pvc }) => pvc),
    ).toEqual(['prometheus-db-0', 'movies']);
    const [old, young] = [
      sampleClaim(now, 'n', 'old', { rpo_age_seconds: 80_000 }),
      sampleClaim(now, 'n', 'young', { rpo_age_seconds: 10 }),
    ];
    expect(worstFirst([young, old])).toEqual([old, young]);
  });

  it('puts the namespace of the worst claim first', () => {
    const names = byNamespace(rows).flatMap((line) =>
      line.is === 'namespace' ? [`${line.name} ${line.notSafe}`] : [],
    );
    expect(names.slice(0, 2)).toEqual(['monitoring 1', 'media 1']);
  });

  it('finds by every word, in any part', () => {
    expect(
      rows.filter((row) => matches(row, { health: undefined, text: 'MEDIA night' })).map(({ pvc }) => pvc),
    ).toEqual(['movies', 'music', 'photos']);
    expect(countHealths(rows)).toEqual({ safe: 13, late: 1, unprotected: 1, unknown: 0 });
  });
});

describe('the sentence', () => {
  it.each([
    ['2 claims are not safe.', inventory, rows],
    ['All 2 claims are safe.', inventory, safe],
    ['There is no claim to protect yet.', inventory, []],
    [
      'Nobody can say whether everything is safe.',
      { ...inventory, problems: [{ code: 'x', what: 'w', why: 'y', fix: 'f' }] },
      safe,
    ],
    ['Nothing is known of 1 claim yet.', inventory, [...safe, sampleClaim(now, 'a', 'd', { health: 'unknown' })]],
    [
      'No policy has been evaluated yet.',
      { ...inventory, evaluated_at: null },
      [sampleClaim(now, 'a', 'd', { health: 'unknown' })],
    ],
  ])('is: %s', (sentence, given, claims) => {
    expect(summarise(given, claims).sentence).toBe(sentence);
  });
});
