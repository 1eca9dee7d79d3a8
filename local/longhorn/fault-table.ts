/**
 * The faults that can be switched on in the local Longhorn, one row for each known way a backup goes wrong. `seen` says where:
 * issues of longhorn/longhorn, or the place in Longhorn's own source. A fault that takes a message is off while it has none.
 *
 * Three known failures need no switch, because Longhorn always behaves so: a deletion while the target is away deletes the object only, a
 * deletion while another backup of the volume runs does not get the lock (#8746), and nothing limits how many run (#12096).
 */

interface FaultRow {
  /** name: the name of the volume that the fault strikes. */
  readonly kind: 'switch' | 'message' | 'name';
  readonly effect: string;
  readonly seen: string;
}

export const faultTable = {
  // A backup on its way
  stuckInProgress: {
    kind: 'switch',
    effect: 'a running backup stays where it is, as after a restart of its node or instance manager',
    seen: '#9168, #9417, #7814',
  },
  stuckAtZero: {
    kind: 'switch',
    effect: 'a running backup that has uploaded nothing yet stays at 0 %',
    seen: '#10797, #8060, #3910',
  },
  errorOnBackup: { kind: 'message', effect: 'a running backup fails with this message', seen: '#10510' },
  lockHeld: {
    kind: 'switch',
    effect: 'a running backup does not get the lock of its volume on the target',
    seen: '#7744, #8742, #11293',
  },
  uploadBreaksNearEnd: {
    kind: 'switch',
    effect: 'a running backup fails at 95 %, as with some S3-compatible stores',
    seen: '#12676, #13574, #13296, #12713',
  },
  uploadInterrupted: {
    kind: 'switch',
    effect: 'a running backup fails, and its unfinished record stays on the target',
    seen: 'bs:deltablock.go',
  },
  overCounts: {
    kind: 'switch',
    effect: 'a running backup shows 126 % before it goes on',
    seen: 'lm:engineapi/backup_monitor.go',
  },
  neverReadBack: {
    kind: 'switch',
    effect: 'a completed backup is never read back from the target: no lastSyncedAt, no URL',
    seen: 'lm:controller/backup_controller.go',
  },
  listRace: {
    kind: 'switch',
    effect: 'a backup that completes loses its object, and the next poll reads it without own labels and snapshotName',
    seen: 'lm:controller/backup_volume_controller.go l.279-390',
  },
  linkedClone: {
    kind: 'name',
    effect: 'the volume is a linked clone: its snapshots and backups are refused',
    seen: '#13714, lm:webhook/resources/snapshot/validator.go',
  },

  // Its snapshot
  snapshotNeverReady: { kind: 'switch', effect: 'new snapshots never become ready', seen: '#10090, #8650' },
  snapshotVanishes: { kind: 'switch', effect: 'new snapshots go before they are ready', seen: '#10090' },
  snapshotError: {
    kind: 'message',
    effect: 'new snapshots are not taken, with this message, and Longhorn tries again',
    seen: '#10308',
  },
  snapshotLost: {
    kind: 'switch',
    effect: 'snapshots are taken, and the engine then loses them',
    seen: 'lm:controller/snapshot_controller.go',
  },

  // Its volume
  faultedVolume: { kind: 'name', effect: 'the volume of this name is faulted', seen: '#10393' },
  degradedVolume: { kind: 'name', effect: 'the volume of this name has lost a replica, and works', seen: '#10308' },
  detachedVolume: { kind: 'name', effect: 'no workload uses the volume of this name', seen: '#10171' },
  slowAttach: { kind: 'switch', effect: 'a volume that is being attached stays so', seen: '#10171' },
  standbyVolume: { kind: 'name', effect: 'the volume of this name follows another one (DR)', seen: 'longhorn.md 5' },
  migratingVolume: {
    kind: 'name',
    effect: 'the volume of this name is being live-migrated: a backup that begins fails',
    seen: 'longhorn.md 5',
  },
  tooManySnapshots: { kind: 'name', effect: 'the volume of this name has as many snapshots as it may', seen: '#10308' },
  nodeGone: {
    kind: 'switch',
    effect: 'the node is gone: volumes come off it and stay detached, running backups become Unknown',
    seen: '#9168, #10393',
  },

  // Its upgrade
  engineImageMissing: {
    kind: 'switch',
    effect: 'the engine image is not deployed yet: every new volume is refused',
    seen: 'lm:webhook/resources/volume/validator.go',
  },

  // A restore (the node going away under it: nodeGone)
  unschedulable: {
    kind: 'message',
    effect: 'volumes made from a backup find no disk, with this message: Scheduled=False, for ever',
    seen: 'longhorn.md 3.3',
  },
  stuckRestore: { kind: 'switch', effect: 'a running restore stays where it is', seen: 'longhorn.md 3.3' },
  faultedRestore: { kind: 'switch', effect: 'a running restore fails, and its volume is faulted', seen: '#10393' },

  // The target and its catalogue
  targetUnavailable: {
    kind: 'message',
    effect: 'every backup target is unavailable, with this message',
    seen: '#10085, #13195, #11337',
  },
  targetUrlCleared: {
    kind: 'switch',
    effect: 'the URL of every target has been cleared: none is available, all their objects go, and the data stay',
    seen: 'longhorn.md 5',
  },
  catalogueVanished: {
    kind: 'switch',
    effect: 'a poll finds nothing: all objects go, and come back without own labels with the first poll after it',
    seen: '#9530',
  },
  pollHangs: {
    kind: 'switch',
    effect: 'targets count as available, and are not read any more',
    seen: '#1306, #6548, #4772, #6687, #4626, #12896',
  },
  backupVolumeLags: {
    kind: 'switch',
    effect: 'targets are read, and say so; the backups of their volumes are not',
    seen: 'lm:controller/backup_volume_controller.go',
  },
  slowPoll: { kind: 'switch', effect: 'targets are read ten times more rarely than they say', seen: 'longhorn.md 5' },
  duplicateBackupVolumes: {
    kind: 'switch',
    effect: 'each volume on a target gets a second BackupVolume that is never read again',
    seen: '#11154',
  },

  // Deletions
  failedDeletion: {
    kind: 'message',
    effect: 'deleting a backup from the target fails with this message, and is tried again',
    seen: 'lm:controller/backup_controller.go',
  },
  restoreUnderWay: {
    kind: 'name',
    effect: 'a restore reads the backups of the volume of this name: they cannot be deleted',
    seen: '#5500',
  },
  deletionHangs: { kind: 'switch', effect: 'a backup that is being deleted stays so', seen: '#9252' },

  linkedCloneEntry: {
    kind: 'name',
    effect: 'linked clones stand on the snapshots of the volume of this name: deleting them is refused',
    seen: 'lm:webhook/resources/snapshot/validator.go',
  },

  // The way in
  webhookDown: {
    kind: 'switch',
    effect: 'every create of a Longhorn object is answered with 500, and every deletion of a Snapshot or Volume',
    seen: 'longhorn.md 2.1',
  },
} as const satisfies Record<string, FaultRow>;

export type Fault = keyof typeof faultTable;
export type FaultValue<F extends Fault> = (typeof faultTable)[F]['kind'] extends 'switch' ? boolean : string;

/** The faults as the decisions read them: an absent fault is off. */
export type Faults = { readonly [F in Fault]?: FaultValue<F> };
