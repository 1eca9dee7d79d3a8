import { describe, expect, it } from 'vitest';
import { attribute, type LonghornView } from '../attribute/attribution.ts';
import { newBucket, type MeasuredBucket } from '../tally/measured-bucket.ts';
import { appendSample, type History, sampleBefore } from '../record/history.ts';
import type { Measurement } from '../record/usage-record.ts';
import { estimateCost } from './estimate-cost.ts';
import { findingsOf } from './findings.ts';
import { callCost, type PriceCard, storageCost } from './price-card.ts';

const card: PriceCard = {
  name: 'b2',
  provider: 'a store',
  asOf: '2026-01-01',
  source: 'https://example.org/prices',
  currency: 'USD',
  storagePerMonth: 6,
  unitBytes: 1e12,
  freeBytes: 0,
  minimumBytes: 0,
  listCallsPer1000: 0.004,
  freeListCallsPerDay: 2500,
};
const now = new Date('2026-03-16T00:00:00Z');
const noHistory: History = { owners: [], samples: [] };

function bucketOf(
  bytes: number,
  parts: Partial<MeasuredBucket['tally']> = {},
  more: Partial<MeasuredBucket> = {},
): MeasuredBucket {
  const bucket = newBucket('b', '', {});
  return { ...bucket, tally: { ...bucket.tally, bytes, objects: 1, ...parts }, ...more };
}

function measurementOf(buckets: MeasuredBucket[], more: Partial<Measurement> = {}): Measurement {
  return {
    id: 'm-1',
    startedAt: now.toISOString(),
    endedAt: now.toISOString(),
    by: 'test',
    api: 'b2',
    endpoint: 'b2',
    calls: 1000,
    seesVersions: true,
    excessRights: [],
    buckets,
    attributions: [],
    knowsLonghorn: true,
    ...more,
  };
}

describe('what storage costs', () => {
  it.each([
    [{}, 2e12, 12],
    [{ freeBytes: 1e12 }, 2e12, 6],
    [{ freeBytes: 1e12 }, 5e11, 0],
    [{ minimumBytes: 1e12 }, 5e11, 6],
  ])('with %j for %d bytes is %d a month', (more, bytes, cost) => {
    expect(storageCost({ ...card, ...more }, bytes)).toBeCloseTo(cost);
  });

  it('begins with the calls that are not free', () => {
    expect(callCost(card, 600, 4)).toBe(0);
    expect(callCost(card, 3125, 4)).toBeCloseTo((10_000 * 30 * 0.004) / 1000);
  });

  it('to the month’s end adds the measured days and the expected days with the same growth', () => {
    const stored = (bytes: number) => [bucketOf(bytes)];
    let history = noHistory;
    // 1 TB for the first half of March, 2 TB on its sixteenth: growth of 1 TB in 15 days.
    history = appendSample(history, stored(1e12), new Date('2026-03-01T00:00:00Z'));
    history = appendSample(history, stored(1e12), new Date('2026-03-15T00:00:00Z'));
    history = appendSample(history, stored(2e12), now);
    const { month_to_date, to_month_end, storage_per_month } = estimateCost({
      card,
      measurement: measurementOf(stored(2e12)),
      history,
      orphanedBytes: 0,
      now,
    });
    expect(storage_per_month).toBe(12);
    const grown = Array.from({ length: 16 }, (_, day) => 2 + (day + 1) / 15).reduce((sum, tera) => sum + tera, 0);
    expect(to_month_end).toBeCloseTo(((14 * 1 + 2 + grown) * 6) / 31, 1);
    expect(month_to_date).toBeCloseTo(((14 * 1 + 2) * 6) / 31, 1);
  });

  it.each([
    ['as often as planned, before there is a history', 0, 0],
    ['every six hours', 6, 0],
    ['every hour', 1, ((24 * 1000 - 2500) * 30 * 0.004) / 1000],
  ])('of measuring is that of measuring %s', (_title, everyHours, cost) => {
    let history = noHistory;
    const count = everyHours === 0 ? 0 : 72 / everyHours + 1;
    for (let nth = count - 1; nth >= 0; nth -= 1) {
      history = appendSample(history, [bucketOf(1)], new Date(now.getTime() - nth * everyHours * 3_600_000));
    }
    const input = { card, measurement: measurementOf([bucketOf(1)], { calls: everyHours === 1 ? 1000 : 600 }) };
    const { measuring_per_month } = estimateCost({ ...input, history, orphanedBytes: 0, now });
    expect(measuring_per_month).toBeCloseTo(cost, 2);
  });

  it('lists what each retention of hidden versions would save', () => {
    const bucket = bucketOf(1e12, { hiddenBytes: 10e12, hiddenByAge: [1e12, 2e12, 3e12, 0, 4e12] });
    const { what_if } = estimateCost({
      card,
      measurement: measurementOf([bucket]),
      history: noHistory,
      orphanedBytes: 5e11,
      now,
    });
    expect(what_if.map(({ change, saves_per_month }) => [change, saves_per_month])).toEqual([
      ['keep no hidden versions', 60],
      ['keep hidden versions for 1 days', 54],
      ['keep hidden versions for 7 days', 42],
      ['keep hidden versions for 30 days', 24],
      ['keep hidden versions for 90 days', 24],
      ['delete the backups of orphaned volumes', 3],
    ]);
  });
});

describe('the history', () => {
  it('stays bounded, and reaches back a month', () => {
    let history = noHistory;
    const start = Date.parse('2026-01-01T00:00:00Z');
    for (let hour = 0; hour < 24 * 90; hour += 3) {
      history = appendSample(history, [bucketOf(hour)], new Date(start + hour * 3_600_000));
    }
    const end = new Date(start + (24 * 90 - 3) * 3_600_000);
    expect(history.samples.length).toBeLessThan(60);
    const past = sampleBefore(history, end, 30 * 86_400_000);
    expect((end.getTime() - Date.parse(past?.at ?? '')) / 86_400_000).toBeCloseTo(30, 0);
  });

  it('follows an owner that comes and goes', () => {
    const owners = (name: string, bytes: number) => ({
      owners: { [name]: { bytes, objects: 1, hiddenBytes: 0, hiddenObjects: 0, parts: {} } },
    });
    const first = appendSample(noHistory, [bucketOf(5, owners('volume||a', 5))], new Date('2026-03-01T00:00:00Z'));
    const second = appendSample(first, [bucketOf(7, owners('volume||b', 7))], now);
    expect(second.owners).toEqual(['b|volume||b', 'b|volume||a']);
    expect(second.samples.map(({ of }) => of)).toEqual([
      [null, 5],
      [7, null],
    ]);
  });
});

describe('a finding', () => {
  const codes = (measurement: Measurement, at = now) =>
    findingsOf({ measurement, staleUploadDays: 7, card, now: at }).map(({ code }) => code);
  const uploads = { count: 2, bytes: 20, oldestAtMs: 0, staleCount: 1, staleBytes: 10, isComplete: true };

  it.each([
    ['a healthy bucket', measurementOf([bucketOf(1)]), []],
    ['an upload that is old', measurementOf([bucketOf(1, {}, { uploads })]), ['unfinished_uploads']],
    [
      'hidden versions without a rule',
      measurementOf([bucketOf(1, { hiddenObjects: 1 }, { traits: { hasHiddenVersionRule: false } })]),
      ['hidden_without_rule'],
    ],
    ['hidden versions, with unknown rules', measurementOf([bucketOf(1, { hiddenObjects: 1 })]), []],
    [
      'neither versions nor lock',
      measurementOf([bucketOf(1, {}, { traits: { isVersioned: false, hasObjectLock: false } })]),
      ['no_versioning', 'no_object_lock'],
    ],
    ['a key that may delete', measurementOf([bucketOf(1)], { excessRights: ['deleteFiles'] }), ['key_too_broad']],
    ['a prefix left out', measurementOf([bucketOf(1, {}, { unreadable: ['x/'] })]), ['prefix_unreadable']],
    ['versions not seen', measurementOf([bucketOf(1)], { seesVersions: false }), ['versions_not_seen']],
  ])('is made of %s', (_title, measurement, expected) => {
    expect(codes(measurement)).toEqual(expected);
  });

  it('is made of a price card older than a year', () => {
    expect(codes(measurementOf([bucketOf(1)]), new Date('2027-01-02T00:00:00Z'))).toEqual(['price_card_old']);
  });

  const blockBytes = 2 * 1024 * 1024;
  it.each([
    ['as many blocks as Longhorn counts', 1000, 1000, {}, []],
    ['a few more, which is harmless', 1030, 1000, {}, []],
    ['more', 1100, 1000, {}, ['size_disagrees']],
    ['fewer', 900, 1000, {}, ['size_disagrees']],
    ['fewer, and backups were made meanwhile', 900, 1000, { isChanging: true }, []],
    ['all, and an interrupted upload', 1000, 1000, { interrupted: ['backup-1'] }, ['interrupted_upload']],
    [
      'more, for an interrupted upload',
      1100,
      1000,
      { interrupted: ['backup-1'] },
      ['size_disagrees', 'interrupted_upload'],
    ],
    ['nothing', 0, 5, { isMissing: true }, ['size_disagrees']],
    ['nothing of an orphan', 0, 5, { isMissing: true, state: 'orphaned' as const }, ['size_disagrees']],
  ])('is made by a volume of which the bucket holds %s', (_title, blocks, believed, more, expected) => {
    const owner = 'volume||pvc-1';
    // Compressed well: bytes say nothing.
    const parts = { blocks: { bytes: 10, objects: blocks } };
    const sums = { bytes: 10, objects: blocks, hiddenBytes: 0, hiddenObjects: 0, parts };
    const attribution = { owner, bucket: 'b', volume: 'pvc-1', state: 'live' as const };
    const measurement = measurementOf([bucketOf(10, { owners: { [owner]: sums } })], {
      attributions: [{ ...attribution, longhornBytes: believed * blockBytes, ...more }],
    });
    expect(codes(measurement)).toEqual(expected);
  });
});

describe('a volume in the bucket', () => {
  const bucket = bucketOf(1, {
    owners: { 'volume||pvc-1': { bytes: 1, objects: 1, hiddenBytes: 0, hiddenObjects: 0, parts: {} } },
  });
  const volume = (lastPVCRefAt: string) =>
    ({ name: 'pvc-1', kubernetesStatus: { pvName: 'pv', namespace: 'shop', pvcName: 'data', lastPVCRefAt } }) as never;
  const backup = (clusterId: string) =>
    ({
      name: 'backup-1',
      volume: 'pvc-1',
      state: 'Completed',
      backupTargetName: 'default',
      marks: {},
      catalogue: {
        'soteria.dev/managed': 'true',
        'soteria.dev/cluster-id': clusterId,
        'soteria.dev/namespace': 'shop',
        'soteria.dev/pvc': 'old-data',
      },
      snapshotCreatedAt: '2026-03-01T00:00:00Z',
    }) as never;
  const view = (parts: Partial<LonghornView>): LonghornView => ({
    volumes: [],
    backups: [],
    backupVolumes: [],
    own: { id: 'ours', adopted: [] },
    ...parts,
  });

  it.each([
    ['a claim uses it', view({ volumes: [volume('')], backups: [backup('ours')] }), { state: 'live', pvc: 'data' }],
    ['its claim is gone', view({ volumes: [volume('2026-03-01T00:00:00Z')] }), { state: 'orphaned', pvc: 'data' }],
    [
      'it is gone itself',
      view({ backups: [backup('ours')] }),
      { state: 'orphaned', namespace: 'shop', pvc: 'old-data' },
    ],
    ['it is another cluster’s', view({ backups: [backup('theirs')] }), { state: 'other-cluster', pvc: 'old-data' }],
    ['Longhorn does not know it', view({}), { state: 'unknown' }],
    ['Longhorn cannot be read', undefined, { state: 'unknown' }],
  ])('where %s', (_title, known, expected) => {
    const [found] = attribute([bucket], known, '2026-03-15T00:00:00Z');
    expect(found).toMatchObject(expected);
  });

  const stored = (name: string, target: string, more: object = {}) =>
    ({
      name,
      volume: name,
      backupTargetName: target,
      dataStoredBytes: 20n,
      lastSyncedAt: '2026-03-02T00:00:00Z',
      labels: {},
      ...more,
    }) as never;
  const startedAt = '2026-03-15T00:00:00Z';

  it('is missing when Longhorn keeps the other volumes of its target in the bucket', () => {
    const backupVolumes = [stored('pvc-1', 'default'), stored('pvc-2', 'default'), stored('pvc-3', 'elsewhere')];
    const found = attribute([bucket], view({ backupVolumes }), startedAt);
    expect(found.map(({ volume: name, isMissing = false }) => [name, isMissing])).toEqual([
      ['pvc-1', false],
      ['pvc-2', true],
    ]);
  });

  it.each([
    ['only a prefix of it was listed', { prefix: 'a/' }],
    ['some of it could not be listed', { unreadable: ['a/'] }],
  ])('is not missing where %s', (_title, more) => {
    const backupVolumes = [stored('pvc-1', 'default'), stored('pvc-2', 'default')];
    expect(attribute([{ ...bucket, ...more }], view({ backupVolumes }), startedAt)).toHaveLength(1);
  });

  it.each([
    ['a backup is under way', { state: 'InProgress' }, true],
    ['a backup is being deleted', { isDeleting: true }, true],
    ['a backup was made meanwhile', { backupCreatedAt: '2026-03-15T00:00:01Z' }, true],
    ['Longhorn has not counted the newest backup', { backupCreatedAt: '2026-03-03T00:00:00Z' }, true],
    ['all backups are counted', { backupCreatedAt: '2026-03-01T00:00:00Z' }, false],
  ])('is changing: %s', (_title, more, isChanging) => {
    const one = Object.assign({}, backup('ours'), more);
    const known = view({ backups: [one], backupVolumes: [stored('pvc-1', 'default')] });
    expect(attribute([bucket], known, startedAt)[0]?.isChanging ?? false).toBe(isChanging);
  });
});
