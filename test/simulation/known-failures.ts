/**
 * Every way Longhorn is known to fail that an orchestrator of backups meets, what Soteria does about it, and how that is shown:
 * by a switch of the local Longhorn, by a test of its own where Longhorn is always so, or not at all with the reason. The test beside it
 * writes `docs/longhorn-failures.md` from this table.
 */
import type { Fault } from '@soteria/local/longhorn/fault-table.ts';

export interface KnownFailure {
  readonly symptom: string;
  /** Issues of longhorn/longhorn. */
  readonly seen: readonly string[];
  readonly soteria: string;
  /** Switches that bring it about; each ends in a true state in `test/simulation/every-fault.test.ts`, those of restores in `tests`. */
  readonly faults: readonly Fault[];
  /** Further tests, by path. */
  readonly tests: readonly string[];
  /** Why neither a switch nor a test concerns it. */
  readonly notOurs?: string;
}

const restores = ['functions/restore/convergence.test.ts', 'test/e2e/restore.test.ts'];
const weather = 'test/e2e/longhorn-weather.test.ts';
const retries = 'drivers/longhorn/backup/decide-retry.test.ts';

export const knownFailures: readonly KnownFailure[] = [
  {
    symptom: 'a backup stays InProgress for ever after its node or instance manager was restarted',
    seen: ['#9168', '#9417', '#7814'],
    soteria:
      'deletes it when nothing has moved for SOTERIA_BACKUP_STALL_SECONDS, and begins a new attempt under a new name',
    faults: ['stuckInProgress', 'nodeGone'],
    tests: [retries],
  },
  {
    symptom: '0 % for hours on large volumes; slow with more than a thousand backups; scale',
    seen: ['#10797', '#8060', '#3910'],
    soteria: 'waits ten seconds longer for each GiB of the volume; starts no second backup of it meanwhile',
    faults: ['stuckAtZero'],
    tests: [retries],
  },
  {
    symptom: 'Pending on a snapshot that does not exist',
    seen: ['#10090', '#8650'],
    soteria:
      'asks for a backup only when the snapshot is ready; a snapshot that never is, or vanishes, is a failed attempt',
    faults: ['snapshotNeverReady', 'snapshotVanishes'],
    tests: [],
  },
  {
    symptom:
      'the volume is detached, or its engine is being upgraded: status.error of the Snapshot says so at once, and is cleared when the volume has been attached and the snapshot is taken',
    seen: ['#10171', 'lm:controller/snapshot_controller.go'],
    soteria:
      'waits and shows the message while creationTime is empty: deleting the Snapshot would give up its attach ticket; a new attempt after the stall limit',
    faults: ['detachedVolume', 'slowAttach', 'snapshotError'],
    tests: ['shared/longhorn/from-wire.test.ts', weather, 'test/simulation/mutants.test.ts'],
  },
  {
    symptom: 'a snapshot that was taken is lost by the engine: status.error with a creationTime',
    seen: ['lm:controller/snapshot_controller.go'],
    soteria: 'a failed attempt: a new one takes another snapshot',
    faults: ['snapshotLost'],
    tests: ['drivers/longhorn/backup/decide-snapshot.test.ts', weather],
  },
  {
    symptom: 'the lock of the volume on the target is held',
    seen: ['#7744', '#8742', '#11293'],
    soteria: 'tries again after 150 seconds and more, spread by operation, under a new name',
    faults: ['lockHeld'],
    tests: [weather, retries],
  },
  {
    symptom: 'a deletion races with a backup of the same volume',
    seen: ['#8746'],
    soteria: 'one operation of a volume at a time: backups follow each other, what deletes wants the volume alone',
    faults: [],
    tests: ['shared/operation/queue/decide-slots.test.ts', 'test/simulation/mutants.test.ts'],
  },
  {
    symptom: 'a deletion fails: state Error on an object that is being deleted, tried again for up to a day',
    seen: [],
    soteria: 'counts it as being deleted; what it is part of ends without it, and Longhorn goes on trying',
    faults: ['failedDeletion'],
    tests: ['test/simulation/every-fault.test.ts'],
  },
  {
    symptom: 'a backup cannot be deleted while a restore reads from its volume',
    seen: ['#5500'],
    soteria: 'holds the backup a restore reads from; its own half-made backups are deleted when Longhorn can',
    faults: ['restoreUnderWay'],
    tests: ['functions/restore/convergence.test.ts'],
  },
  {
    symptom: 'since 1.12.1 the webhook refuses to delete a snapshot or volume on which linked clones stand (403)',
    seen: ['lm:webhook/resources/snapshot/validator.go', 'lm:webhook/resources/volume/validator.go'],
    soteria: 'it stays, the record says so once, and what else is to go is taken; the next backup tries again',
    faults: ['linkedCloneEntry'],
    tests: ['functions/backup/kept-snapshot.test.ts', 'test/simulation/mutants.test.ts'],
  },
  {
    symptom: 'a backup stays in deletion when its source volume is gone',
    seen: ['#9252'],
    soteria: 'never takes a finalizer off; the operation ends, and the next attempt has another name',
    faults: ['deletionHangs'],
    tests: [],
  },
  {
    symptom:
      'deleting objects while the target is away takes the objects only; the data come back with the next reading',
    seen: ['lm:controller/utils.go l.201'],
    soteria: 'deletes only what was never Completed, and only while the target is available; until then it stays',
    faults: ['targetUnavailable'],
    tests: ['functions/backup/restore-point-stays.test.ts'],
  },
  {
    symptom: 'the URL of a target is cleared, or the target deleted: all objects go, the data stay',
    seen: ['longhorn.md 5'],
    soteria:
      'waits for the catalogue and makes nothing again under the same name; Failed after the stall limit, saying so',
    faults: ['targetUrlCleared'],
    tests: ['drivers/longhorn/backup/why-not-backable.test.ts'],
  },
  {
    symptom: 'all objects vanish after the share was away, and come back with the next reading',
    seen: ['#9530'],
    soteria: 'never takes an empty list for a loss; nothing is made anew because of it',
    faults: ['catalogueVanished'],
    tests: ['drivers/longhorn/backup/decide-upload.test.ts'],
  },
  {
    symptom:
      'list race: a backup that completes while the target is read loses its object, which returns without our labels',
    seen: ['lm:controller/backup_volume_controller.go l.279-390'],
    soteria:
      'tells its own by what travels with the data; waits for two more readings; asks for a backup once under each name',
    faults: ['listRace'],
    tests: [weather, 'test/simulation/mutants.test.ts'],
  },
  {
    symptom: 'the target is unavailable: credentials, DNS, TLS',
    seen: ['#10085', '#13195', '#10510', '#11337'],
    soteria:
      'refuses with Longhorn’s own message before it begins, cut to the cause in 1,600 characters of engine log; waits when it was under way',
    faults: ['targetUnavailable', 'errorOnBackup'],
    tests: ['drivers/longhorn/backup/why-not-backable.test.ts'],
  },
  {
    symptom: 'after a change of its Secret only the default target is read anew',
    seen: ['longhorn.md 5'],
    soteria: 'nothing',
    faults: [],
    tests: [],
    notOurs:
      'Soteria never changes a target’s Secret; a target that stays unavailable is reported with Longhorn’s message',
  },
  {
    symptom:
      'a target has been read, the backups of a volume have not: lastSyncedAt of the BackupTarget speaks of volume names only, each BackupVolume is read apart',
    seen: ['lm:controller/backup_target_controller.go', 'lm:controller/backup_volume_controller.go'],
    soteria:
      'counts readings of the BackupVolume; those of the target only for a volume that it does not hold. No backup is made twice',
    faults: ['backupVolumeLags'],
    tests: ['drivers/longhorn/backup/decide-upload.test.ts', 'test/simulation/mutants.test.ts'],
  },
  {
    symptom: 'hung NFS mounts: the target counts as available and is not read any more',
    seen: ['#1306', '#6548', '#4772', '#6687', '#4626', '#12896'],
    soteria:
      'counts readings by Longhorn’s own clock; a backup that is never read back is Failed after the stall limit',
    faults: ['pollHangs', 'neverReadBack'],
    tests: [weather],
  },
  {
    symptom: 'what others change shows only after a poll',
    seen: ['longhorn.md 5'],
    soteria: 'waits for readings, whenever they come',
    faults: ['slowPoll'],
    tests: [],
  },
  {
    symptom:
      'an interrupted upload leaves backup_<name>.cfg without CreatedTime: it comes back as a Backup with state "" and without our labels, and while it is there no blocks of the volume are removed',
    seen: ['bs:deltablock.go'],
    soteria:
      'recognises its own attempts by name and deletes them after an hour, while the target is available; of others `GET /v1/b2` reports `interrupted_upload`, with the fix',
    faults: ['uploadInterrupted'],
    tests: [
      'functions/backup/interrupted-upload.test.ts',
      'functions/b2-usage/report/report.test.ts',
      'test/simulation/mutants.test.ts',
    ],
  },
  {
    symptom: 'progress goes beyond 100 %: 104, 126, up to 190',
    seen: ['lm:engineapi/backup_monitor.go'],
    soteria: 'takes it for 100',
    faults: ['overCounts'],
    tests: ['shared/longhorn/from-wire.test.ts'],
  },
  {
    symptom: 'S3-compatible stores refuse the upload, some at 95 %',
    seen: ['#12676', '#13574', '#13296', '#12713'],
    soteria: 'a failed attempt; after the last one Failed, with the store’s own words',
    faults: ['uploadBreaksNearEnd', 'errorOnBackup'],
    tests: [retries],
  },
  {
    symptom: 'blocks are corrupt or missing, which shows at a restore only',
    seen: ['#7687', '#7069', '#9765', '#13538'],
    soteria:
      'restore tests refute such a point; a restore of it fails and leaves nothing; `mode: full` writes all blocks anew',
    faults: ['faultedRestore'],
    tests: ['test/e2e/restore-test.test.ts', ...restores],
  },
  {
    symptom: 'the snapshot limit is reached, or a purge is blocked',
    seen: ['#10308'],
    soteria: 'removes its own superseded snapshots after each backup; refuses a volume with too many, saying so',
    faults: ['tooManySnapshots', 'snapshotError'],
    tests: [weather],
  },
  {
    symptom: 'the volume is degraded, or faulted',
    seen: ['longhorn.md 5'],
    soteria: 'backs up a degraded volume; refuses a faulted one, saying so',
    faults: ['degradedVolume', 'faultedVolume'],
    tests: [],
  },
  {
    symptom: 'a DR (standby) volume cannot be backed up',
    seen: ['longhorn.md 5'],
    soteria: 'refuses it, saying so',
    faults: ['standbyVolume'],
    tests: [weather],
  },
  {
    symptom: 'the volume is being live-migrated',
    seen: ['longhorn.md 5'],
    soteria: 'a failed attempt: tried again',
    faults: ['migratingVolume'],
    tests: [],
  },
  {
    symptom: 'a restore is faulted, stuck or finds no disk',
    seen: ['#10393', 'longhorn.md 3.3'],
    soteria:
      'a faulted volume is removed and made once more; then, and when nothing moves, Failed, and what was made is removed',
    faults: ['faultedRestore', 'stuckRestore', 'unschedulable', 'nodeGone'],
    tests: [...restores, 'local/longhorn/local-restore.test.ts'],
  },
  {
    symptom: 'BackupVolumes are duplicated',
    seen: ['#11154'],
    soteria: 'takes the one of the same target and volume that was read last',
    faults: ['duplicateBackupVolumes'],
    tests: ['shared/longhorn/custom-resources.test.ts'],
  },
  {
    symptom: 'v2 engine: the volume names no last backup; linked clones cannot be backed up',
    seen: ['#12542', '#13612', '#13714'],
    soteria:
      'never needs the last backup’s name: where there is one it saves a wait; of a linked clone Longhorn refuses the snapshot: Failed, with its words',
    faults: ['linkedClone'],
    tests: ['drivers/longhorn/backup/decide-upload.test.ts'],
  },
  {
    symptom: 'nothing limits how many backups run at once',
    seen: ['#12096'],
    soteria: 'slots: limits for the cluster, each node and each repository',
    faults: [],
    tests: ['shared/operation/queue/slots.test.ts', 'functions/backup/queue.test.ts'],
  },
  {
    symptom: 'Longhorn’s webhook does not answer',
    seen: ['longhorn.md 2.1'],
    soteria:
      'tries again with the next wake-up; calls are bounded meanwhile; a backup it was asked for then is a failed attempt',
    faults: ['webhookDown'],
    tests: [weather, 'functions/backup/outage.test.ts'],
  },
  {
    symptom:
      'the webhook refuses for a state of the installation, minutes long during an upgrade: engine image not deployed, a setting not there yet',
    seen: ['lm:webhook/resources/volume/validator.go', 'lm:webhook/resources/volume/mutator.go'],
    soteria:
      'knows such refusals by a table (shared/longhorn/refusals.ts), reports them and tries again within the stall limit; every other refusal is final',
    faults: ['engineImageMissing'],
    tests: ['shared/longhorn/refusals.test.ts', 'functions/restore/refused-volume.test.ts', retries],
  },
  {
    symptom: 'a system backup fails because a snapshot is not ready',
    seen: ['longhorn.md 5'],
    soteria: 'nothing',
    faults: [],
    tests: [],
    notOurs: 'Soteria makes no system backups; those that Longhorn makes count as made by others',
  },
];

export function knownFailuresTable(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const shownBy = ({ faults, tests, notOurs }: KnownFailure): string =>
    notOurs === undefined
      ? [...faults.map((fault) => `\`${fault}\``), ...tests.map((path) => path)].join('<br>')
      : `not ours: ${notOurs}`;
  const rows = knownFailures.map((one) => row([one.symptom, one.seen.join(', '), one.soteria, shownBy(one)]));
  return [row(['Longhorn', 'seen', 'Soteria', 'shown by']), row(['---', '---', '---', '---']), ...rows].join('\n');
}
