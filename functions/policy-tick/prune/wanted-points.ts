/**
 * The points that restores and restore tests which have not ended will read. Pure. Such an Operation may still wait for its slot, and a prune that
 * works on the volume before it would delete the point that a person has named.
 */
import { longhornPoints } from '@soteria/shared/longhorn/restore-points.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import type { RestorePoint } from '@soteria/shared/restore-points/restore-point.ts';
import { selectRestorePoint } from '@soteria/shared/restore-points/select-restore-point.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';

/** `<driver>:<target>/<name>` */
const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** Ids. */
export function wantedPoints(operations: readonly Operation[], points: readonly RestorePoint[]): ReadonlySet<string> {
  const wanted = new Set<string>();
  const reading = operations.filter(
    ({ spec, status }) => (spec.kind === 'Restore' || spec.kind === 'RestoreTest') && !isTerminal(status?.phase),
  );
  if (reading.length === 0) return wanted;
  const known = points.map((point) => ({ source: point, name: nameOf(point.id), point }));
  for (const operation of reading) {
    const { snapshot, backupUrl, asOf, clusterId } = operation.spec.request;
    const choice = { ...sourceRefOf(operation), snapshot, backupUrl, asOf, clusterId };
    const found = selectRestorePoint(choice, { points: known, urls: longhornPoints.urls, mayTakeAny: true });
    if (!(found instanceof SoteriaError)) wanted.add(found.id);
    const chosen = operation.status?.work?.backup;
    for (const { name, source } of known) if (name === chosen) wanted.add(source.id);
  }
  return wanted;
}
