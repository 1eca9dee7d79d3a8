/** Members that several kinds have: one schema each, so that all kinds mean the same by a name. */
import * as z from 'zod';
import { requestDrivers } from './drivers.ts';
import {
  bytes,
  count,
  dnsLabel,
  dnsSubdomain,
  durationText,
  instant,
  maxPointId,
  shortText,
  storageQuantity,
  tag,
} from './fields.ts';

export const source = {
  namespace: dnsLabel.optional().describe('Namespace of the source claim; left out: the namespace of the Operation.'),
  pvc: dnsSubdomain.optional().describe('Name of the source claim.'),
};

/** Written by Soteria alone. */
export const policy = dnsLabel
  .optional()
  .describe(
    'The policy that asked. The restore point of a backup belongs to it: its retention, and no other, may delete the point.',
  );

/** How a backup is made. */
export const backupChoice = {
  driver: z.enum(requestDrivers).optional().describe('What moves the bytes; left out: SOTERIA_BACKUP_DRIVER.'),
  mode: z
    .enum(['incremental', 'full'])
    .optional()
    .describe('Longhorn backup mode; left out: SOTERIA_LONGHORN_BACKUP_MODE.'),
  tags: z.array(tag).max(32).optional().describe('Free key=value texts kept with the restore point.'),
  maxAge: durationText.optional().describe('Accept an existing restore point not older than this.'),
  policy,
};

/** Which restore point, of the claim `namespace`/`pvc`. At most one of snapshot, backupUrl and asOf; none: `latest`. */
export const pointChoice = {
  snapshot: z
    .string()
    .max(maxPointId)
    .optional()
    .describe('"latest", the id of a restore point, the name of a backup or the name of a snapshot.'),
  backupUrl: z.string().max(2048).optional().describe('The URL of a backup, as Longhorn tells it.'),
  asOf: z.iso.datetime({ offset: true }).optional().describe('The newest point whose data is not younger than this.'),
  clusterId: z.string().max(253).optional().describe('Points of that cluster; left out: of this one.'),
};

/** Storage class of the claim that is made. */
export const storageClass = dnsSubdomain.optional().describe('Left out: the storage class the source had.');
export const size = storageQuantity
  .optional()
  .describe('At least what the restore point holds; left out: exactly that.');

/** Member of every kind that works in attempts. */
export const attempt = z.int().min(1).max(99);

/** What a backup has made, and what a restore has made and restores from. */
export const volumeWork = {
  volume: z.string().max(253).optional(),
  backupTarget: z.string().max(253).optional(),
  backup: z.string().max(253).optional(),
};

/** When Longhorn has read the backups of the volume on the target, each time anew. By Longhorn's clock, not by ours. */
export const readings = z.array(z.string().max(64)).max(3).optional();

/** Work of a restore and of a restore test: `backup` is the backup that is read, `volume` the volume that is made. */
export const restoreWork = {
  attempt,
  ...volumeWork,
  /** The persistent volume has the name of the volume. */
  restorePoint: z.string().max(maxPointId).optional(),
  dataAsOf: instant.optional(),
  /** The cluster that made the point, where that is neither this one nor one it has adopted. */
  foreignCluster: z.string().max(253).optional(),
  claimNamespace: z.string().max(63).optional(),
  claim: z.string().max(253).optional(),
  volumeMade: z.boolean().optional(),
  persistentVolumeMade: z.boolean().optional(),
  claimMade: z.boolean().optional(),
  /** Longhorn's report of the bytes when it was last recorded. */
  percent: z.int().min(0).max(100).optional(),
  /** The bytes are there: the backup is held no longer. */
  isReleased: z.boolean().optional(),
  /** The volume has failed and is being deleted, to be made again. */
  isRemaking: z.boolean().optional(),
};

/** Work of every kind that makes an Operation for each claim of a namespace. */
export const manyWork = {
  attempt,
  /** The last claim that was taken, kept or left out; the next claim follows by name. */
  cursor: z.string().max(253).optional(),
  /** Claims that are passed or known to come. */
  claimCount: count,
  /** Claims for which an Operation was made, or was refused. */
  takenCount: count,
  refusedCount: count,
  /** Claims that were left out, and how many of them on purpose. */
  skippedCount: count,
  excludedCount: count,
};

export const problems = z
  .array(shortText)
  .max(100)
  .optional()
  .describe('Of a namespace: each claim that was not backed up or restored, and why.');

/** Which restore point was made or used. */
export const pointResult = {
  restorePoint: z.string().max(maxPointId).optional().describe('Its id: <driver>:<target>/<backup>.'),
  dataAsOf: instant.optional(),
  sizeBytes: bytes.optional(),
  volume: z.string().max(253).optional(),
  backup: z.string().max(253).optional(),
};

export const restoreResult = {
  ...pointResult,
  claimNamespace: z.string().max(63).optional(),
  claim: z.string().max(253).optional().describe('The claim that was made.'),
  restoreMs: count.describe('From the start to a restored volume.'),
};
