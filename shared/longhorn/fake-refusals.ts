/** Longhorn's webhook, as far as the port can tell: which creates it refuses, in its own words (longhorn.md 2.1). */
import { SoteriaError } from '../errors.ts';
import type { FakeRecords } from './fake-records.ts';
import type { BackupDraft, SnapshotDraft } from './port.ts';

export function whySnapshotRefused(draft: SnapshotDraft, records: FakeRecords): string | undefined {
  return records.volumes.has(draft.volume)
    ? undefined
    : `failed to get volume ${draft.volume}: volume.longhorn.io "${draft.volume}" not found`;
}

export function whyBackupRefused(draft: BackupDraft, records: FakeRecords): string | undefined {
  const { backupTargetName: name, snapshotName } = draft;
  const target = records.targets.get(name);
  if (target === undefined) return `failed to get backup target ${name}: backuptarget.longhorn.io "${name}" not found`;
  if (!target.isAvailable) return `backup target ${name} is not available`;
  // A dry run names no snapshot, because there is none yet.
  if (snapshotName === '') return undefined;
  if (!records.snapshots.has(snapshotName)) return 'snapshot <nil> is invalid';
  const { backupTargetName = name } = records.volumes.get(draft.volume) ?? {};
  if (backupTargetName === name) return undefined;
  return `volume backup target ${backupTargetName} and label backup target ${name} does not match`;
}

export function refusal(kind: string, name: string, why: string): SoteriaError {
  return new SoteriaError('cluster_refused', {
    what: `the cluster refused to create ${kind} ${name}`,
    why: `admission webhook "validator.longhorn.io" denied the request: ${why}`,
    fix: 'remove the cause and ask again',
  });
}

export function webhookDown(kind: string, name: string): SoteriaError {
  return new SoteriaError('cluster_unavailable', {
    what: `${kind} ${name} could not be created`,
    why: "Longhorn's admission webhook does not answer",
    fix: 'wait until the Longhorn manager pods are ready',
  });
}

export function alreadyExists(kind: string, name: string): SoteriaError {
  return new SoteriaError('name_conflict', {
    what: `${kind} ${name} could not be created`,
    why: 'an object of this name exists',
    fix: 'look at the existing object',
  });
}

export function anotherObject(kind: string, name: string): SoteriaError {
  return new SoteriaError('cluster_conflict', {
    what: `${kind} ${name} was not deleted`,
    why: 'another object has this name now',
    fix: 'look at it before deleting it',
  });
}

/** Since 1.12.1. */
export function linkedCloneEntry(name: string): SoteriaError {
  return new SoteriaError('cluster_forbidden', {
    what: `could not delete Snapshot ${name}`,
    why: `the API server answered 403 Forbidden: admission webhook "validator.longhorn.io" denied the request: cannot delete snapshot ${name}: it is the entrypoint for linked-clone volume(s)`,
    fix: 'delete the linked clones first',
  });
}

export function notThere(kind: string, name: string): SoteriaError {
  return new SoteriaError('not_found', {
    what: `${kind} ${name} was not changed`,
    why: 'there is no object of this name',
    fix: 'look for it before changing it',
  });
}
