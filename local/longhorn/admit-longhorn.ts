/**
 * Longhorn's admission webhook for a store that has none: what it adds to a new object, and what it refuses, with its own words
 * (longhorn.md 2.1). Pure.
 */
import * as z from 'zod';
import type { AdmissionAnswer } from '@soteria/shared/fakes/kubernetes/memory-admission.ts';
import type { WireMeta, WireObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { backupTargetLabel, backupVolumeLabel } from '@soteria/shared/longhorn/resource-types.ts';
import { backupWire, snapshotWire } from '@soteria/shared/longhorn/wire.ts';
import type {
  BackupResource,
  BackupTargetResource,
  BackupVolumeResource,
  SnapshotResource,
  VolumeResource,
} from '@soteria/shared/longhorn/wire.ts';
import type { Faults } from './fault-table.ts';
import { accessModeLabel } from './restored-fields.ts';

/** The objects that the webhook reads. */
export interface Lookup {
  snapshot(name: string): SnapshotResource | undefined;
  volume(name: string): VolumeResource | undefined;
  target(name: string): BackupTargetResource | undefined;
  backup(name: string): BackupResource | undefined;
  backupVolume(target: string, volume: string): BackupVolumeResource | undefined;
}

const finalizer = 'longhorn.io';
const longhornName = /^[a-z0-9][a-z0-9_.-]+$/;

type Refusal = Extract<AdmissionAnswer, { refuse: unknown }>;

function refuseBy(webhook: 'mutator' | 'validator', message: string, code: number): Refusal {
  return { refuse: { code, message: `admission webhook "${webhook}.longhorn.io" denied the request: ${message}` } };
}

export const refuse = (message: string, code = 422): Refusal => refuseBy('validator', message, code);

/** The mutator refuses, before the validator runs: it reads the values that it fills in. */
export const refuseToFillIn = (message: string, code = 422): Refusal => refuseBy('mutator', message, code);

/** The words of Kubernetes, which Longhorn repeats. */
export const notFound = (kind: 'volume' | 'snapshot' | 'backup' | 'backuptarget', name: string): string =>
  `${kind}.longhorn.io "${name}" not found`;

function unreachable(webhook: 'mutator' | 'validator', path: string): Refusal {
  return {
    refuse: {
      code: 500,
      reason: 'InternalError',
      message:
        `Internal error occurred: failed calling webhook "${webhook}.longhorn.io": failed to call webhook: Post ` +
        `"https://longhorn-admission-webhook.longhorn-system.svc:9502/v1/webhook/${path}?timeout=10s": connection refused`,
    },
  };
}

export const webhookDownAnswer = unreachable('mutator', 'mutation');
/** A deletion changes no fields: only the validator runs. */
export const validatorDownAnswer = unreachable('validator', 'validation');

export function admitSnapshotDeletion(object: WireObject, { linkedCloneEntry }: Faults): AdmissionAnswer | undefined {
  const parsed = snapshotWire.safeParse(object);
  if (!parsed.success || linkedCloneEntry === undefined || parsed.data.spec.volume !== linkedCloneEntry)
    return undefined;
  const { name } = object.metadata;
  return refuse(`cannot delete snapshot ${name}: it is the entrypoint for linked-clone volume(s)`, 403);
}

export function admitVolumeDeletion(
  { metadata }: WireObject,
  { linkedCloneEntry }: Faults,
): AdmissionAnswer | undefined {
  if (metadata.name !== linkedCloneEntry) return undefined;
  return refuse(`cannot delete volume ${metadata.name}: it is the source of linked-clone volume(s)`, 403);
}

const blockSizes: ReadonlySet<string> = new Set(['-1', '2097152', '16777216']);

/** The rules of the resource's definition, which the API server checks after the webhook. */
function refusedByDefinition(name: string, message: string): AdmissionAnswer {
  return { refuse: { code: 422, message: `Backup.longhorn.io "${name}" is invalid: ${message}` } };
}

function wrongShape(error: z.ZodError): AdmissionAnswer {
  return refuse(`the object does not have the expected shape at ${z.core.toDotPath(error.issues[0]?.path ?? [])}`);
}

export function admitSnapshot(object: WireObject, lookup: Lookup, { linkedClone }: Faults): AdmissionAnswer {
  const parsed = snapshotWire.safeParse(object);
  if (!parsed.success) return wrongShape(parsed.error);
  const { spec } = parsed.data;
  const volume = lookup.volume(spec.volume);
  if (volume === undefined) {
    return refuseToFillIn(`failed to get volume ${spec.volume}: ${notFound('volume', spec.volume)}`);
  }
  if (linkedClone === spec.volume) return refuse(`snapshot is not allowed for linked-clone volume ${spec.volume}`);
  return { object: { ...object, metadata: withLonghorn(object.metadata, { longhornvolume: spec.volume }) } };
}

export function admitBackup(object: WireObject, lookup: Lookup, { linkedClone }: Faults): AdmissionAnswer {
  const parsed = backupWire.safeParse(object);
  if (!parsed.success) return wrongShape(parsed.error);
  const { metadata, spec } = parsed.data;
  const snapshotName = spec.snapshotName ?? '';
  const snapshot = snapshotName === '' ? undefined : lookup.snapshot(snapshotName);
  const labels = metadata.labels ?? {};
  const volumeName = labels[backupVolumeLabel] ?? snapshot?.spec.volume;
  if (volumeName === undefined) {
    return refuseToFillIn(`failed to get the snapshot ${snapshotName}: ${notFound('snapshot', snapshotName)}`, 500);
  }
  const volume = lookup.volume(volumeName);
  if (volume === undefined && snapshotName !== '') {
    const what = `failed to get backup block size from the volume ${volumeName} of backup ${metadata.name}`;
    return refuseToFillIn(`${what}: ${notFound('volume', volumeName)}`);
  }
  const volumeTarget = volume?.spec.backupTargetName ?? undefined;
  const targetName = labels[backupTargetLabel] ?? volumeTarget ?? 'default';

  if (!longhornName.test(metadata.name)) return refuse(`invalid name ${metadata.name}`);
  const target = lookup.target(targetName);
  if (target === undefined) {
    return refuse(`failed to get backup target ${targetName}: ${notFound('backuptarget', targetName)}`);
  }
  if (target.status?.available !== true || (target.spec.backupTargetURL ?? '') === '') {
    return refuse(`backup target ${targetName} is not available`);
  }
  if (snapshotName !== '') {
    if (snapshot === undefined) return refuse('snapshot <nil> is invalid');
    if (snapshot.spec.volume !== volumeName) {
      const names = `snapshot volume name ${snapshot.spec.volume} and label volume name ${volumeName}`;
      return refuse(`${names} does not match`);
    }
    if (volumeTarget !== undefined && volumeTarget !== targetName) {
      return refuse(`volume backup target ${volumeTarget} and label backup target ${targetName} does not match`);
    }
  }
  if (linkedClone === volumeName) return refuse(`backup is not allowed for linked-clone volume ${volumeName}`);
  if (!['full', 'incremental', '', undefined, null].includes(spec.backupMode)) {
    return refusedByDefinition(
      metadata.name,
      `spec.backupMode: Unsupported value: "${spec.backupMode}": supported values: "full", "incremental", ""`,
    );
  }
  const asked = spec.backupBlockSize ?? '';
  // A new backup has the block size of the volume, whatever is asked for. A backup that was read from the target has its own.
  const blockSize = snapshotName === '' ? asked : (volume?.spec.backupBlockSize ?? '2097152');
  if (!blockSizes.has(blockSize)) return refuse(`unsupported BackupBlockSize: ${blockSize === '' ? '0' : blockSize}`);
  return {
    object: {
      ...object,
      metadata: withLonghorn(object.metadata, { [backupVolumeLabel]: volumeName, [backupTargetLabel]: targetName }),
      spec: {
        ...spec,
        backupMode: (spec.backupMode ?? '') === '' ? 'incremental' : spec.backupMode,
        backupBlockSize: blockSize,
        labels: { ...spec.labels, [accessModeLabel]: volume?.spec.accessMode ?? 'rwo' },
      },
    },
  };
}

/** Adds Longhorn's finalizer and these labels. */
export function withLonghorn(metadata: WireMeta, labels: Readonly<Record<string, string>>): WireMeta {
  return {
    ...metadata,
    finalizers: [...new Set([...(metadata.finalizers ?? []), finalizer])],
    labels: { ...metadata.labels, ...labels },
  };
}
