/** Longhorn's admission of a new Volume (longhorn.md 3.2): what it changes without a word, and what it refuses. Pure. */
import { createHash } from 'node:crypto';
import type { AdmissionAnswer } from '@soteria/shared/fakes/kubernetes/memory-admission.ts';
import { type JsonObject, type WireObject, isJsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import type { BackupResource, BackupVolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { type Lookup, notFound, refuse, refuseToFillIn, withLonghorn } from './admit-longhorn.ts';
import type { Faults } from './fault-table.ts';
import { parseBackupUrl } from './parse-backup-url.ts';
import { restoredFields } from './restored-fields.ts';

const longestName = 40;
const frontends: ReadonlySet<unknown> = new Set(['blockdev', 'iscsi', 'nvmf', 'ublk', '']);

/** In lower case, and cut to 40 characters with a checksum of the whole name, without a warning. */
export function correctName(name: string): string {
  const lower = name.toLowerCase();
  if (name.length <= longestName) return lower;
  const end = `-${createHash('sha512').update(name.trim()).digest('hex').slice(0, 8)}`;
  return lower.slice(0, longestName - end.length).replace(/-+$/, '') + end;
}

/** A refusal that the state of the installation causes, not the request. */
export function admitVolumeEngine({ engineImageMissing }: Faults): AdmissionAnswer | undefined {
  if (engineImageMissing !== true) return undefined;
  return refuse('cannot find engine image by longhornio/longhorn-engine:v1.12.1');
}

export function admitVolume(object: WireObject, lookup: Lookup): AdmissionAnswer {
  const spec: JsonObject = isJsonObject(object['spec']) ? object['spec'] : {};
  const { size, frontend, dataEngine } = spec;
  if (size !== undefined && (typeof size !== 'string' || !/^\d*$/.test(size))) return cannotRead(size);
  const name = correctName(object.metadata.name);
  if (!/^[a-z0-9][a-z0-9.-]+$/.test(name)) return refuse(`invalid name ${name}`);
  if (name.includes('.')) return refuse('invalid volume name: [must not contain dots]');
  const replicas = spec['numberOfReplicas'];
  if (typeof replicas === 'number' && (replicas < 0 || replicas > 20)) {
    return refuse(`replica count value ${replicas} must between 1 to 20`);
  }
  if (!frontends.has(frontend)) {
    return refuse(`invalid volume frontend specified: ${typeof frontend === 'string' ? frontend : ''}`);
  }
  if (dataEngine === 'v2') return refuse('v2-data-engine data engine is not enabled', 403);
  if (typeof replicas !== 'number' && dataEngine === undefined) {
    return refuse('setting default-replica-count for data engine  is not defined');
  }
  const defaults = { numberOfReplicas: 3, dataEngine: 'v1', staleReplicaTimeout: 2880, accessMode: 'rwo' };
  const admitted = (labels: Readonly<Record<string, string>>, more: JsonObject): AdmissionAnswer => ({
    object: {
      ...object,
      metadata: withLonghorn({ ...object.metadata, name }, labels),
      spec: { ...defaults, ...spec, ...more },
    },
  });

  const url = spec['fromBackup'];
  if (typeof url !== 'string' || url === '') {
    const backupTargetName = typeof spec['backupTargetName'] === 'string' ? spec['backupTargetName'] : 'default';
    return admitted({ longhornvolume: name, 'backup-target': backupTargetName }, { backupTargetName });
  }
  const accessMode = typeof spec['accessMode'] === 'string' ? spec['accessMode'] : undefined;
  const source = findSource(url, lookup, accessMode === undefined);
  if ('refuse' in source) return source;
  const fields = restoredFields(name, { accessMode }, source.backup, source.backupVolume);
  return admitted(fields.labels, fields.spec);
}

function cannotRead(size: unknown): AdmissionAnswer {
  return {
    refuse: {
      code: 500,
      message:
        'admission webhook "mutator.longhorn.io" denied the request: json: invalid use of ,string struct tag, ' +
        `trying to unmarshal ${JSON.stringify(size)} into int64`,
    },
  };
}

type Source =
  | { readonly backup: BackupResource; readonly backupVolume: BackupVolumeResource }
  | Extract<ReturnType<typeof refuse>, { refuse: unknown }>;

/** Without an access mode the mutator reads the backup for the mode first, and refuses in other words. */
function findSource(url: string, lookup: Lookup, isAccessModeMissing: boolean): Source {
  const names = parseBackupUrl(url);
  if (names === undefined) {
    const what = isAccessModeMissing
      ? 'failed to decode backup url'
      : 'cannot get backup and volume name from backup URL';
    return refuseToFillIn(`${what} ${url}: invalid volume name parsed, got `);
  }
  const backup = lookup.backup(names.backup);
  if (backup === undefined) {
    const verb = isAccessModeMissing ? 'failed to' : 'cannot';
    return refuseToFillIn(`${verb} get backup ${names.backup}: ${notFound('backup', names.backup)}`);
  }
  // A URL is matched by its two names only. A backup that was not read from the target yet has no URL.
  const target = backup.status?.volumeName === names.volume ? (backup.status.backupTargetName ?? '') : '';
  const backupVolume = target === '' ? undefined : lookup.backupVolume(target, names.volume);
  if (backupVolume !== undefined) return { backup, backupVolume };
  const why = target === '' ? 'backup target name and volume name cannot be empty' : 'backupVolumes "" not found';
  return refuseToFillIn(`cannot get backup volume for backup target ${target} and volume ${names.volume}: ${why}`);
}
