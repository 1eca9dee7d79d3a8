/** The backup of a namespace: a Backup of each claim. How an operation makes many is `shared/operation/many`. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { Begun, Candidate, Many, ManySituation, Tally } from '@soteria/shared/operation/many/many.ts';
import type { Operation, OperationRequest, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import type { BackupDriver } from '../../../drivers/backup/driver.ts';
import type { Look } from '../../../drivers/backup/world.ts';
import { whyExcluded } from '@soteria/shared/operation/record/why-excluded.ts';
import { whyClaimNot, whyVolumeSkipped } from './why-skipped.ts';

export interface NamespaceSource {
  /** Of the namespace. */
  readonly claims?: readonly PersistentVolumeClaim[];
  /** By name. */
  readonly persistentVolumes: Readonly<Record<string, Look<PersistentVolume>>>;
}

export type NamespaceLook = { readonly at: 'claims' } | { readonly at: 'volumes'; readonly names: readonly string[] };

type Situation = ManySituation<NamespaceSource>;
type Driver = Pick<BackupDriver, 'whyVolumeNot'>;

const causesInText = 5;

function requestOf({ spec }: Operation, pvc: string): OperationRequest {
  const { driver, mode, tags, maxAge } = spec.request;
  return {
    pvc,
    ...(driver === undefined ? {} : { driver }),
    ...(mode === undefined ? {} : { mode }),
    ...(tags === undefined ? {} : { tags }),
    ...(maxAge === undefined ? {} : { maxAge }),
  };
}

const byName = (a: PersistentVolumeClaim, b: PersistentVolumeClaim): number =>
  a.metadata.name < b.metadata.name ? -1 : 1;

function candidateOf(driver: Driver, { operation, world }: Situation, claim: PersistentVolumeClaim): Candidate {
  const { name } = claim.metadata;
  const excluded = whyExcluded(claim);
  if (excluded !== undefined) return { name, to: 'leave-out', why: excluded, isOnPurpose: true };
  const volumeName = claim.spec?.volumeName ?? '';
  const under = world.source.persistentVolumes[volumeName];
  const why = whyClaimNot(claim) ?? (under === undefined ? undefined : whyVolumeSkipped(driver, under.seen));
  if (why !== undefined) return { name, to: 'leave-out', why, isOnPurpose: false };
  if (under === undefined) return { name, to: 'look', at: volumeName };
  return { name, to: 'make', subject: name, request: requestOf(operation, name) };
}

function begin({ operation, world, now }: Situation): OperationStatus | Begun {
  const status = statusOf(operation);
  const { namespace = '', name } = operation.metadata;
  const asked = operation.spec.request.namespace ?? namespace;
  if (asked !== namespace) {
    const misplaced = new SoteriaError('invalid_request', {
      what: `operation ${name} cannot run`,
      why: `it lives in namespace ${namespace} but names namespace ${asked}`,
      fix: `create it in namespace ${asked}: an Operation lives with what it is about`,
    });
    return refuse(status, 'Failed', misplaced, now);
  }
  const count = world.source.claims?.length ?? 0;
  if (count > 0) return { message: `backing up the ${count} claims of namespace ${namespace}` };
  const counts = { claimsBackedUp: 0, claimsFailed: 0, claimsSkipped: 0 };
  return succeed(status, counts, `namespace ${namespace} holds no claims`, now);
}

function end({ operation, now }: Situation, tally: Tally): OperationStatus {
  const status = statusOf(operation);
  const { namespace = '' } = operation.metadata;
  const { succeeded, leftOut, onPurpose, problems } = tally;
  const failed = tally.failed + tally.refused;
  const result = { claimsBackedUp: succeeded, claimsFailed: failed, claimsSkipped: leftOut, problems };
  const skipped = leftOut === 0 ? '' : `, ${leftOut} left out`;
  if (failed === 0) {
    const missing = leftOut - onPurpose;
    const why = missing === 0 ? '' : `, ${missing} of them not on purpose: see status.result.problems`;
    return succeed(status, result, `${succeeded} claims of namespace ${namespace} are backed up${skipped}${why}`, now);
  }
  const partial = new SoteriaError('backup_failed', {
    what: `${succeeded} of ${succeeded + failed} claims of namespace ${namespace} were backed up${skipped}`,
    why: problems.slice(0, Math.min(causesInText, failed)).join('; '),
    fix: 'status.result.problems names each; remove the causes, then ask again: a max_age leaves out what is backed up already',
  });
  return { ...refuse(status, 'Failed', partial, now), result };
}

/** `driverFor`: which driver the children of this Operation have. */
export const namespaceBackup = (driverFor: (operation: Operation) => Driver): Many<NamespaceSource, NamespaceLook> => ({
  childKind: 'Backup',
  maxOpen: 50,
  identityPrefix: 'namespace',
  isAnnounced: false,
  nextLook: ({ world }) => (world.source.claims === undefined ? { at: 'claims' } : undefined),
  candidates: (situation, after) =>
    (situation.world.source.claims ?? [])
      .filter(({ metadata }) => metadata.name > after)
      .toSorted(byName)
      .map((claim) => candidateOf(driverFor(situation.operation), situation, claim)),
  lookCloser: (names) => ({ at: 'volumes', names }),
  begin,
  end,
});
