/** An in-memory Longhorn that moves only when told to. */
import { writeJson } from '../kubernetes/json.ts';
import { watchLabel } from '../operation/record/marks.ts';
import { shortHash } from '../short-hash.ts';
import { type BackupRecord, type FakeRecords, defaultVolume } from './fake-records.ts';
import {
  alreadyExists,
  anotherObject,
  linkedCloneEntry,
  notThere,
  refusal,
  webhookDown,
  whyBackupRefused,
  whySnapshotRefused,
} from './fake-refusals.ts';
import type { Backup, BackupTarget, LonghornVolume, Snapshot } from './objects.ts';
import type { Longhorn } from './port.ts';
import { findBackup } from './restore-points.ts';
import { backupTargetLabel, backupVolumeLabel } from './resource-types.ts';

export interface FakeLonghorn extends Longhorn {
  readonly volumes: {
    /** Attached and healthy on target `default` unless the members say otherwise; replaces one of the same name. */
    add(volume: Partial<LonghornVolume> & { readonly name: string }): void;
    remove(name: string): void;
  };
  /** One step for everything: snapshots become ready; backups go new → InProgress → Completed → read back. */
  step(): void;
  finishSnapshot(name: string): void;
  /** Longhorn cannot take it yet, and says why; it tries again until it can. */
  delaySnapshot(name: string, message: string): void;
  /** It was taken, and its bytes are lost. */
  loseSnapshot(name: string, message: string): void;
  /** Linked clones stand on it: Longhorn refuses to delete it. */
  protectSnapshot(name: string): void;
  /** State InProgress with this progress. */
  progressBackup(name: string, progress: number): void;
  /** Completed and read back from the target: restorable. */
  finishBackup(name: string): void;
  failBackup(name: string, message: string): void;
  /** The object goes; what it stands for stays on the target. */
  vanishBackup(name: string): void;
  /** A vanished backup is read again from the target, without metadata labels of ours. */
  repullBackup(name: string): void;
  /** As Longhorn reads what an interrupted upload has left: an object without content, and without any label of ours. */
  pullInterrupted(name: string, volume: string): void;
  /** The targets are read now: `lastSyncedAt` moves on those that are available. */
  syncTargets(): void;
  addTarget(target: Partial<BackupTarget> & { readonly name: string }): void;
  makeTargetUnavailable(name: string, message: string): void;
  makeTargetAvailable(name: string): void;
  /** While true every create throws `cluster_unavailable`. */
  setWebhookDown(isDown: boolean): void;
}

export interface FakeLonghornOptions {
  readonly now?: () => Date;
}

export function createFakeLonghorn({ now = () => new Date() }: FakeLonghornOptions = {}): FakeLonghorn {
  const records: FakeRecords = {
    volumes: new Map(),
    targets: new Map(),
    snapshots: new Map(),
    backups: new Map(),
    onTarget: new Map(),
  };
  const protectedSnapshots = new Set<string>();
  let uids = 0;
  let isWebhookDown = false;
  const nextUid = () => `uid-${(uids += 1)}`;
  const instant = () =>
    now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');

  function admit(kind: string, name: string, why: string | undefined, isTaken: boolean): void {
    if (isWebhookDown) throw webhookDown(kind, name);
    // Admission comes before storage: a repeat is refused first, and meets "already exists" second.
    if (why !== undefined) throw refusal(kind, name, why);
    if (isTaken) throw alreadyExists(kind, name);
  }

  /** As the cluster shows it: with a version that changes whenever anything in it does. */
  function seen({ view }: BackupRecord): Backup {
    return { ...structuredClone(view), resourceVersion: shortHash(writeJson(view)) };
  }

  async function getBackup(name: string): Promise<Backup | undefined> {
    const found = records.backups.get(name);
    return found === undefined ? undefined : seen(found);
  }

  function remove(name: string): void {
    const target = records.targets.get(records.backups.get(name)?.view.backupTargetName ?? 'default');
    records.backups.delete(name);
    // While the target is away only the object goes (longhorn.md 5).
    if (target?.isAvailable === true) records.onTarget.delete(name);
  }

  function finish({ view, specLabels }: BackupRecord): void {
    const snapshot = records.snapshots.get(view.snapshotName ?? '');
    const target = view.marks[backupTargetLabel] ?? 'default';
    Object.assign(view, {
      state: 'Completed',
      progress: 100,
      waitMessage: undefined,
      url: `s3://fake@loopback/?backup=${view.name}&volume=${view.volume ?? ''}`,
      snapshotCreatedAt: snapshot?.createdAt,
      backupCreatedAt: instant(),
      lastSyncedAt: instant(),
      sizeBytes: 4_194_304n,
      uploadedBytes: 2_097_152n,
      volumeSizeBytes: records.volumes.get(view.volume ?? '')?.sizeBytes,
      backupTargetName: target,
      catalogue: specLabels,
    } satisfies Partial<Backup>);
    records.onTarget.set(view.name, { ...view });
  }

  const fake: FakeLonghorn = {
    snapshots: {
      async create(draft, { isDryRun }) {
        admit('Snapshot', draft.name, whySnapshotRefused(draft, records), records.snapshots.has(draft.name));
        const made: Snapshot = {
          name: draft.name,
          uid: nextUid(),
          volume: draft.volume,
          isReady: false,
          isMarkedRemoved: false,
          isDeleting: false,
          sizeBytes: 0n,
          marks: { ...draft.marks },
        };
        if (!isDryRun) records.snapshots.set(draft.name, { ...made });
        return made;
      },
      get: async (name) => structuredClone(records.snapshots.get(name)),
      listOfVolume: async (volume) =>
        structuredClone([...records.snapshots.values()].filter((each) => each.volume === volume)),
      listWatched: async (functionName) =>
        structuredClone([...records.snapshots.values()].filter(({ marks }) => marks[watchLabel] === functionName)),
      async delete(name, uid) {
        const found = records.snapshots.get(name);
        if (found !== undefined && found.uid !== uid) throw anotherObject('Snapshot', name);
        if (protectedSnapshots.has(name)) throw linkedCloneEntry(name);
        records.snapshots.delete(name);
      },
      async unwatch(name) {
        const found = records.snapshots.get(name);
        if (found !== undefined) found.marks = withoutWatch(found.marks);
      },
    },
    backups: {
      async create(draft, { isDryRun }) {
        admit('Backup', draft.name, whyBackupRefused(draft, records), records.backups.has(draft.name));
        const made: Backup = {
          name: draft.name,
          uid: nextUid(),
          state: '',
          progress: 0,
          isDeleting: false,
          snapshotName: draft.snapshotName === '' ? undefined : draft.snapshotName,
          volume: draft.volume,
          marks: { ...draft.marks, [backupVolumeLabel]: draft.volume, [backupTargetLabel]: draft.backupTargetName },
          catalogue: { ...draft.catalogue },
        };
        if (!isDryRun) records.backups.set(draft.name, { view: { ...made }, specLabels: made.catalogue });
        return made;
      },
      get: getBackup,
      find: (named) => findBackup(getBackup, named),
      list: async ({ volume }) =>
        [...records.backups.values()].map(seen).filter((view) => volume === undefined || view.volume === volume),
      listWatched: async (functionName) =>
        [...records.backups.values()].map(seen).filter(({ marks }) => marks[watchLabel] === functionName),
      async delete(name, uid) {
        const found = records.backups.get(name)?.view;
        if (found !== undefined && found.uid !== uid) throw anotherObject('Backup', name);
        remove(name);
      },
      async discard({ name, uid, resourceVersion }) {
        const found = records.backups.get(name);
        if (found === undefined) return;
        const now = seen(found);
        const isAsSeen = resourceVersion === undefined || now.resourceVersion === resourceVersion;
        if (now.uid !== uid || !isAsSeen) throw anotherObject('Backup', name);
        remove(name);
      },
      async unwatch(name) {
        const found = records.backups.get(name);
        if (found !== undefined) found.view.marks = withoutWatch(found.view.marks);
      },
      async mark({ name, uid, resourceVersion }, marks) {
        const found = records.backups.get(name);
        if (found === undefined) throw notThere('Backup', name);
        const now = seen(found);
        const isAsSeen = resourceVersion === undefined || now.resourceVersion === resourceVersion;
        if (now.uid !== uid || !isAsSeen) throw anotherObject('Backup', name);
        const all: [string, string | null][] = Object.entries({ ...found.view.marks, ...marks });
        found.view.marks = Object.fromEntries(
          all.flatMap(([label, value]) => (value === null ? [] : [[label, value] as const])),
        );
        return seen(found);
      },
    },
    getVolume: async (name) => structuredClone(records.volumes.get(name)),
    getTarget: async (name) => structuredClone(records.targets.get(name)),
    listTargets: async () => structuredClone([...records.targets.values()]),
    async getBackupVolume(target, volume) {
      const held = [...records.onTarget.values()].filter(
        (each) => each.volume === volume && each.backupTargetName === target,
      );
      const last = held.at(-1);
      if (last === undefined) return undefined;
      return {
        name: `${volume}-${target}`,
        volume,
        backupTargetName: target,
        sizeBytes: last.volumeSizeBytes,
        dataStoredBytes: last.sizeBytes,
        lastSyncedAt: records.targets.get(target)?.lastSyncedAt,
        labels: last.catalogue,
      };
    },

    volumes: {
      add: (volume) => void records.volumes.set(volume.name, { ...defaultVolume(volume.name), ...volume }),
      remove(name) {
        records.volumes.delete(name);
        for (const snapshot of records.snapshots.values()) {
          if (snapshot.volume === name) records.snapshots.delete(snapshot.name);
        }
      },
    },
    step() {
      for (const snapshot of records.snapshots.values())
        if (snapshot.error === undefined) fake.finishSnapshot(snapshot.name);
      for (const { view } of records.backups.values()) {
        if (view.state === '' || view.state === 'Pending') fake.progressBackup(view.name, 0);
        else if (view.state === 'InProgress') Object.assign(view, { state: 'Completed', progress: 100 });
        else if (view.state === 'Completed' && view.lastSyncedAt === undefined) fake.finishBackup(view.name);
      }
    },
    finishSnapshot(name) {
      const snapshot = known(records.snapshots, name);
      const createdAt = snapshot.createdAt ?? instant();
      Object.assign(snapshot, { isReady: true, waitMessage: undefined, createdAt, sizeBytes: 2_097_152n });
    },
    delaySnapshot: (name, message) =>
      void Object.assign(known(records.snapshots, name), { isReady: false, waitMessage: message }),
    loseSnapshot(name, message) {
      const snapshot = known(records.snapshots, name);
      Object.assign(snapshot, { isReady: false, error: message, createdAt: snapshot.createdAt ?? instant() });
    },
    protectSnapshot: (name) => void protectedSnapshots.add(name),
    progressBackup: (name, progress) =>
      void Object.assign(known(records.backups, name).view, { state: 'InProgress', progress }),
    finishBackup: (name) => finish(known(records.backups, name)),
    failBackup: (name, message) =>
      void Object.assign(known(records.backups, name).view, {
        state: 'Error',
        error: message,
        lastSyncedAt: instant(),
      }),
    vanishBackup(name) {
      known(records.backups, name);
      records.backups.delete(name);
    },
    repullBackup(name) {
      const held = known(records.onTarget, name);
      const marks = { [backupVolumeLabel]: held.volume ?? '', [backupTargetLabel]: held.backupTargetName ?? '' };
      const view = { ...held, uid: nextUid(), lastSyncedAt: instant(), marks };
      records.backups.set(name, { view, specLabels: held.catalogue });
    },
    pullInterrupted(name, volume) {
      const marks = { [backupVolumeLabel]: volume, [backupTargetLabel]: 'default' };
      const view = {
        name,
        uid: nextUid(),
        madeAt: instant(),
        state: '',
        progress: 0,
        isDeleting: false,
        volume,
        marks,
        catalogue: {},
      };
      records.backups.set(name, { view, specLabels: {} });
    },
    syncTargets() {
      for (const target of records.targets.values()) if (target.isAvailable) target.lastSyncedAt = instant();
    },
    addTarget: (target) =>
      void records.targets.set(target.name, {
        url: `s3://fake-${target.name}@loopback/`,
        isAvailable: true,
        lastSyncedAt: instant(),
        pollIntervalMs: 300_000,
        ...target,
      }),
    makeTargetUnavailable: (name, message) =>
      void Object.assign(known(records.targets, name), { isAvailable: false, unavailableMessage: message }),
    makeTargetAvailable: (name) =>
      void Object.assign(known(records.targets, name), {
        isAvailable: true,
        unavailableMessage: undefined,
        lastSyncedAt: instant(),
      }),
    setWebhookDown(isDown) {
      isWebhookDown = isDown;
    },
  };
  fake.addTarget({ name: 'default' });
  return fake;
}

function withoutWatch(marks: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(marks).filter(([label]) => label !== watchLabel));
}

function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  if (found === undefined) throw new Error(`the fake Longhorn has no ${name}`);
  return found;
}
