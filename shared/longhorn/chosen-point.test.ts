/** For any history of backups and any request, the chosen point is the one the rule says: held against a naive reading of the rule. */
import { SoteriaError } from '../errors.ts';
import type { Backup } from './objects.ts';
import { catalogueKeys } from '../operation/record/marks.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PointChoice } from '../restore-points/select-restore-point.ts';
import { selectBackup } from './restore-points.ts';

/** One line of the history, in the words of the rule. */
interface Entry {
  readonly name: string;
  readonly target: string;
  readonly snapshot: string;
  readonly minute: number;
  readonly isRestorable: boolean;
  readonly cluster: 'here' | 'adopted' | 'there' | 'nobody';
  readonly claim: 'data' | 'media' | 'unknown';
  readonly volume: string;
}

const start = Date.parse('2026-01-01T00:00:00Z');

/** The same instant, as different writers write it. */
function written(minute: number, style: number): string {
  const at = new Date(start + minute * 60_000);
  if (style === 0) return at.toISOString().replace('.000Z', 'Z');
  if (style === 1) return at.toISOString();
  return new Date(at.getTime() + 2 * 3_600_000).toISOString().replace('.000Z', '+02:00');
}

const urlOf = ({ target, name, volume }: Entry) => `s3://${target}@r/?backup=${name}&volume=${volume}`;
const idOf = ({ target, name }: Entry) => `longhorn:${target}/${name}`;

function backupOf(entry: Entry, style: number): Backup {
  const { name, target, snapshot, minute, isRestorable, cluster, claim, volume } = entry;
  return {
    name,
    uid: `${target}/${name}`,
    state: isRestorable ? 'Completed' : 'InProgress',
    progress: 100,
    isDeleting: false,
    url: urlOf(entry),
    snapshotName: snapshot,
    snapshotCreatedAt: written(minute, style),
    lastSyncedAt: written(minute, 0),
    volume,
    backupTargetName: target,
    marks: {},
    catalogue: {
      ...(cluster === 'nobody' ? {} : { [catalogueKeys.managed]: 'true', [catalogueKeys.clusterId]: cluster }),
      ...(claim === 'unknown' ? {} : { [catalogueKeys.namespace]: 'shop', [catalogueKeys.pvc]: claim }),
    },
  };
}

interface Rule {
  readonly choice: Partial<PointChoice>;
  readonly liveVolume: string | undefined;
  readonly mayTakeAny: boolean;
}

/** The ids that may be answered, all of them equally right; empty: nothing may. */
function allowed(history: readonly Entry[], { choice, liveVolume, mayTakeAny }: Rule): string[] {
  const { snapshot, backupUrl, asOf, clusterId } = choice;
  const isOfData = (entry: Entry) =>
    entry.claim === 'data' || (entry.claim === 'unknown' && entry.volume === liveVolume);
  const isOfCluster = (entry: Entry) => clusterId === undefined || entry.cluster === clusterId;
  if (backupUrl !== undefined) {
    return history
      .filter((entry) => urlOf(entry) === backupUrl && entry.isRestorable && isOfCluster(entry))
      .filter((entry) => isOfData(entry) || (entry.claim === 'unknown' && mayTakeAny))
      .map(idOf);
  }
  if (snapshot !== undefined && snapshot !== 'latest') {
    const named = history.filter(
      (entry) =>
        isOfData(entry) &&
        isOfCluster(entry) &&
        [entry.name, entry.snapshot, idOf(entry)].includes(snapshot) &&
        entry.isRestorable,
    );
    return named.length === 1 ? named.map(idOf) : [];
  }
  const until = asOf === undefined ? Number.POSITIVE_INFINITY : (Date.parse(asOf) - start) / 60_000;
  const fitting = history
    .filter((entry) => isOfData(entry) && entry.isRestorable && entry.minute <= until)
    .filter((entry) => (clusterId === undefined ? entry.cluster !== 'there' : entry.cluster === clusterId));
  const newest = Math.max(...fitting.map(({ minute }) => minute));
  return fitting.filter(({ minute }) => minute === newest).map(idOf);
}

const entries = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('b1', 'b2', 'b3', 'b4', 'b5', 'b6'),
    target: fc.constantFrom('default', 'second'),
    snapshot: fc.constantFrom('s1', 's2', 's3', 'b1'),
    minute: fc.nat({ max: 400 }),
    isRestorable: fc.boolean(),
    cluster: fc.constantFrom('here' as const, 'adopted' as const, 'there' as const, 'nobody' as const),
    claim: fc.constantFrom('data' as const, 'data' as const, 'media' as const, 'unknown' as const),
    volume: fc.constantFrom('vol-1', 'vol-2'),
  }),
  { maxLength: 12, selector: idOf },
);

const choices = fc.record(
  {
    point: fc.oneof(
      fc.constant({}),
      fc.constant({ snapshot: 'latest' }),
      fc.constantFrom('b1', 'b2', 's1', 's2', 'longhorn:default/b1', 'longhorn:second/b2').map((snapshot) => ({
        snapshot,
      })),
      fc.nat({ max: 420 }).map((minute) => ({ asOf: written(minute, minute % 3) })),
      fc
        .record({
          target: fc.constantFrom('default', 'second'),
          name: fc.constantFrom('b1', 'b2', 'b3'),
          volume: fc.constantFrom('vol-1', 'vol-2'),
        })
        .map((named) => ({ backupUrl: urlOf(named as Entry) })),
    ),
    clusterId: fc.constantFrom(undefined, undefined, 'here', 'there'),
    liveVolume: fc.constantFrom(undefined, 'vol-1'),
    mayTakeAny: fc.boolean(),
  },
  { noNullPrototype: true },
);

it('is the one the rule says, and otherwise an error with what lies nearest', () => {
  fc.assert(
    fc.property(
      entries,
      choices,
      fc.array(fc.nat({ max: 2 }), { minLength: 12, maxLength: 12 }),
      (history, asked, styles) => {
        const { point, clusterId, liveVolume, mayTakeAny } = asked;
        const choice = { ...point, clusterId };
        const backups = history.map((entry, index) => backupOf(entry, styles[index] ?? 0));
        const known = { backups, own: { id: 'here', adopted: ['adopted'] }, liveVolume, mayTakeAny };
        const found = selectBackup({ namespace: 'shop', pvc: 'data', ...choice }, known);
        const right = allowed(history, { choice, liveVolume, mayTakeAny });
        if (found instanceof SoteriaError) {
          expect(right).toEqual([]);
          expect(found.code).toMatch(/^(restore_point_not_found|restore_point_not_usable|conflict)$/);
          if (!('asOf' in point)) return;
          const usable = history.filter(
            (entry) =>
              entry.isRestorable &&
              (entry.claim === 'data' || (entry.claim === 'unknown' && entry.volume === liveVolume)) &&
              (clusterId === undefined ? entry.cluster !== 'there' : entry.cluster === clusterId),
          );
          // Nothing lies before, or it would have been taken; after it, the very next.
          const next = Math.min(...usable.map(({ minute }) => minute));
          const told = (found.details as { nearest_after: { id: string } | null }).nearest_after?.id ?? null;
          if (usable.length === 0) expect(told).toBeNull();
          else expect(usable.filter(({ minute }) => minute === next).map(idOf)).toContain(told);
        } else expect(right).toContain(`longhorn:${found.backupTargetName ?? ''}/${found.name}`);
      },
    ),
    { numRuns: 2_000 },
  );
});
