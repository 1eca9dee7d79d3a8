import { SoteriaError } from '../errors.ts';
import type { Backup } from './objects.ts';
import { catalogueKeys } from '../operation/record/marks.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointChoice } from '../restore-points/select-restore-point.ts';
import { selectBackup } from './restore-points.ts';

function backup(name: string, at: string, change: Partial<Backup> = {}, cluster = 'here', pvc = 'data'): Backup {
  return {
    name,
    uid: name,
    state: 'Completed',
    progress: 100,
    isDeleting: false,
    url: `s3://b@r/?backup=${name}&volume=v`,
    snapshotName: `snap-${name}`,
    snapshotCreatedAt: at,
    lastSyncedAt: at,
    volume: 'vol-1',
    backupTargetName: 'default',
    marks: {},
    catalogue: {
      [catalogueKeys.managed]: 'true',
      [catalogueKeys.clusterId]: cluster,
      [catalogueKeys.namespace]: 'shop',
      [catalogueKeys.pvc]: pvc,
    },
    ...change,
  };
}

const monday = backup('monday', '2026-08-17T02:00:00Z');
const tuesday = backup('tuesday', '2026-08-18T02:00:00Z');
const wednesday = backup('wednesday', '2026-08-19T02:00:00Z');
const broken = backup('thursday', '2026-08-20T02:00:00Z', { state: 'Error', error: 'no space' });
const another = backup('other', '2026-08-21T02:00:00Z', {}, 'here', 'media');
const elsewhere = backup('elsewhere', '2026-08-22T02:00:00Z', {}, 'there');
const nobodys = backup('nobodys', '2026-08-23T02:00:00Z', { catalogue: {}, volume: 'vol-9' });
const all = [tuesday, monday, broken, wednesday, another, elsewhere, nobodys];

function select(choice: Partial<PointChoice>, more: object = {}) {
  const known = { backups: all, own: { id: 'here', adopted: [] }, mayTakeAny: false, ...more };
  const found = selectBackup({ namespace: 'shop', pvc: 'data', ...choice }, known);
  return found instanceof SoteriaError ? found : found.name;
}

describe('the restore point', () => {
  it.each<[string, Partial<PointChoice>, string]>([
    ['nothing: the latest that can be restored', {}, 'wednesday'],
    ['latest', { snapshot: 'latest' }, 'wednesday'],
    ['an id', { snapshot: 'longhorn:default/monday' }, 'monday'],
    ['the name of a backup', { snapshot: 'tuesday' }, 'tuesday'],
    ['the name of a snapshot', { snapshot: 'snap-monday' }, 'monday'],
    ['a URL', { backupUrl: 's3://b@r/?backup=tuesday&volume=v' }, 'tuesday'],
    ['an instant between two', { asOf: '2026-08-18T14:00:00Z' }, 'tuesday'],
    ['the very instant of one', { asOf: '2026-08-18T02:00:00Z' }, 'tuesday'],
    ['an instant of another time zone', { asOf: '2026-08-18T03:30:00+02:00' }, 'monday'],
    ['the latest of another cluster, by name', { clusterId: 'there' }, 'elsewhere'],
    ['one of another cluster, by name', { snapshot: 'elsewhere' }, 'elsewhere'],
  ])('asked for by %s', (_title, choice, name) => {
    expect(select(choice)).toBe(name);
  });

  it.each<[string, Partial<PointChoice>, string, RegExp]>([
    [
      'an instant before all of them',
      { asOf: '2026-08-01T00:00:00Z' },
      'restore_point_not_found',
      /none before, after it monday of 2026-08-17/,
    ],
    [
      'a name that is none, with a time in it',
      { snapshot: 'soteria-backup-shop-data-20260818-120000-ab12cd' },
      'restore_point_not_found',
      /before it tuesday of .*after it wednesday of/,
    ],
    ['a name that is none', { snapshot: 'friday' }, 'restore_point_not_found', /the newest is elsewhere of/],
    ['one that failed', { snapshot: 'thursday' }, 'restore_point_not_usable', /its state is Error: no space/],
    ["another claim's", { snapshot: 'other' }, 'restore_point_not_found', /the newest is/],
    ["another claim's URL", { backupUrl: another.url }, 'restore_point_not_usable', /made of another claim/],
    ["nobody's URL", { backupUrl: nobodys.url }, 'restore_point_not_usable', /does not say which claim/],
    ['an unknown URL', { backupUrl: 's3://x@y/?backup=a&volume=b' }, 'restore_point_not_found', /knows no backup/],
    ['a claim without points', { pvc: 'none' }, 'restore_point_not_found', /has no restore point that fits/],
    ['a cluster without points', { clusterId: 'nowhere' }, 'restore_point_not_found', /must be named: .*there/],
  ])('is refused for %s, and never another one given', (_title, choice, code, why) => {
    const refused = select(choice);
    expect(refused).toBeInstanceOf(SoteriaError);
    if (!(refused instanceof SoteriaError)) return;
    expect(refused.code).toBe(code);
    expect(refused.explanation.why).toMatch(why);
  });

  it('tells the nearest points as data too', () => {
    const refused = select({ asOf: '2026-08-01T00:00:00Z' });
    expect(refused).toMatchObject({
      details: { nearest_before: null, nearest_after: { id: 'longhorn:default/monday' } },
    });
  });

  it('takes a foreign point of the live volume, and nobody’s where the caller may take any', () => {
    expect(select({}, { liveVolume: 'vol-9' })).toBe('nobodys');
    expect(select({ backupUrl: nobodys.url }, { mayTakeAny: true })).toBe('nobodys');
  });

  it('does not guess between two of one name', () => {
    const twice = [monday, { ...monday, backupTargetName: 'second' }];
    const refused = select({ snapshot: 'monday' }, { backups: twice });
    expect(refused).toMatchObject({ code: 'conflict' });
    expect(select({ snapshot: 'longhorn:second/monday' }, { backups: twice })).toBe('monday');
  });

  it('is the one the rule says, for any history and any instant', () => {
    const history = fc.array(
      fc.record({
        hour: fc.integer({ min: 0, max: 200 }),
        isGood: fc.boolean(),
        isHere: fc.boolean(),
        isOfClaim: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    const start = Date.parse('2026-01-01T00:00:00Z');
    const at = (hour: number) => new Date(start + hour * 3_600_000).toISOString();
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 220 }), (entries, until) => {
        const backups = entries.map(({ hour, isGood, isHere, isOfClaim }, index) =>
          backup(
            `b${String(index).padStart(2, '0')}`,
            at(hour),
            isGood ? {} : { state: 'Error' },
            isHere ? 'here' : 'there',
            isOfClaim ? 'data' : 'media',
          ),
        );
        const fits = entries
          .map((entry, index) => ({ ...entry, name: `b${String(index).padStart(2, '0')}` }))
          .filter(({ hour, isGood, isHere, isOfClaim }) => isGood && isHere && isOfClaim && hour <= until);
        const newest = Math.max(...fits.map(({ hour }) => hour));
        const expected = fits.find(({ hour }) => hour === newest)?.name;
        const found = select({ asOf: at(until) }, { backups });
        if (expected === undefined) expect(found).toMatchObject({ code: 'restore_point_not_found' });
        else expect(found).toBe(expected);
      }),
    );
  });
});
