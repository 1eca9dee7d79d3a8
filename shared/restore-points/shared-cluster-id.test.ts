import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointFacts } from './port.ts';
import { mayBeAlive, findSharer, whySharedId, writersOf } from './shared-cluster-id.ts';

const hourMs = 3_600_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const at = (hours: number) => new Date(start + hours * hourMs).toISOString();

/** `uid`: undefined as of a version that did not say it. */
function point(hours: number, uid: string | undefined, clusterId = 'home'): PointFacts {
  const made = { made_by: 'soteria', cluster_id: clusterId, cluster_uid: uid ?? null };
  return { name: `${uid}-${hours}`, data_as_of: at(hours), ...made } as unknown as PointFacts;
}

const self = { id: 'home', uid: 'new', bornAt: at(100) };
const now = new Date(at(120));

describe('a cluster id', () => {
  it.each([
    ['nobody has written', []],
    ['only this cluster has', [point(101, 'new'), point(119, 'new')]],
    ['the cluster it was rebuilt from has stopped before', [point(10, 'old'), point(99, 'old'), point(110, 'new')]],
    ['the last one of the old cluster is within what clocks differ', [point(100.05, 'old')]],
    ['somebody else writes under another id', [point(119, 'other', 'away')]],
    ['points do not say who made them', [point(119, undefined)]],
    ['somebody wrote beside it, nine days ago', [point(101, 'other')], new Date(at(101 + 9 * 24))],
  ])('is not shared when %s', (_title, points, when = now) => {
    expect(whySharedId(points, self, when)).toBeUndefined();
  });

  it.each([
    ['both write in turn', [point(110, 'new'), point(112, 'other'), point(114, 'new'), point(116, 'other')]],
    ['another writes after this one was made, and this one has not yet', [point(90, 'other'), point(101, 'other')]],
  ])('is shared when %s', (_title, points) => {
    const problem = whySharedId(points, self, now);
    expect(problem?.code).toBe('cluster_id_shared');
    expect(problem?.explanation.why).toMatch(/uid other wrote one of 2026/);
  });

  it('accuses nobody when this cluster does not know its own uid, or its birth', () => {
    const points = [point(119, 'other')];
    expect(findSharer(points, { ...self, uid: undefined }, now)).toBeUndefined();
    expect(findSharer(points, { ...self, bornAt: undefined }, now)).toBeUndefined();
  });

  it('of clusters that follow one another never shared, of two that write beside each other seen by both', () => {
    const life = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(life, { minLength: 2, maxLength: 4 }), (gaps) => {
        let clock = 0;
        const points: PointFacts[] = [];
        const born: number[] = [];
        for (const [index, pauses] of gaps.entries()) {
          clock += 1;
          born.push(clock);
          for (const pause of pauses) points.push(point((clock += pause / 50), `c${index}`));
        }
        const last = gaps.length - 1;
        const when = new Date(at(clock + 1));
        expect(findSharer(points, { id: 'home', uid: `c${last}`, bornAt: at(born[last] ?? 0) }, when)).toBeUndefined();
        const late = [...points, point(clock + 0.5, 'c0')];
        expect(findSharer(late, { id: 'home', uid: `c${last}`, bornAt: at(born[last] ?? 0) }, when)?.uid).toBe('c0');
        expect(findSharer(late, { id: 'home', uid: 'c0', bornAt: at(born[0] ?? 0) }, when)?.uid).toBe(`c${last}`);
      }),
    );
  });
});

it('the writers of an id are counted, the latest one first', () => {
  const points = [point(5, 'a'), point(9, 'a'), point(7, 'a'), point(20, 'b'), point(30, 'c', 'away')];
  expect(writersOf(points, 'home')).toEqual([
    { uid: 'b', pointCount: 1, lastAt: Date.parse(at(20)) },
    { uid: 'a', pointCount: 3, lastAt: Date.parse(at(9)) },
  ]);
});

it('a cluster whose last write is older than this cluster does not count as alive', () => {
  expect(mayBeAlive(Date.parse(at(99)), self, now)).toBe(false);
  expect(mayBeAlive(Date.parse(at(101)), self, now)).toBe(true);
});
