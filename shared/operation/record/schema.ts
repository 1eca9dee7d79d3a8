/**
 * The Operation: one requested piece of work and its record. These schemas are the single source of its TypeScript types, of
 * the CustomResourceDefinition (`operation/crd.ts`) and of the HTTP and event contracts that embed a request.
 */
import * as z from 'zod';
import { objectShape } from '../../kubernetes/core-types.ts';
import type { KubernetesObject, ResourceType } from '../../kubernetes/resource-type.ts';
import { durationMs } from './duration.ts';

export const group = 'soteria.dev';
export const version = 'v1alpha1';

/** kind → verb in the name → function that owns its status. A kind that is not here is another version's: left alone. */
export const operationKinds = {
  Backup: { verb: 'backup', function: 'backup' },
  NamespaceBackup: { verb: 'backup-namespace', function: 'backup' },
  Restore: { verb: 'restore', function: 'restore' },
  NamespaceRestore: { verb: 'restore-namespace', function: 'restore' },
  RestoreTest: { verb: 'restoretest', function: 'restore' },
  SelfTest: { verb: 'selftest', function: 'restore' },
} as const;
export type OperationKind = keyof typeof operationKinds;
export const operationKindNames = Object.keys(operationKinds) as OperationKind[];

export const phases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Skipped', 'Cancelled'] as const;
export type Phase = (typeof phases)[number];
export const terminalPhases = ['Succeeded', 'Failed', 'Skipped', 'Cancelled'] as const satisfies readonly Phase[];

export const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be a DNS label: lower-case letters, digits and -');
export const dnsSubdomain = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a DNS name: lower-case letters, digits, - and .');
const shortText = z.string().max(1024);
export const instant = z.iso.datetime();

/** `k=v`, free; SA-07. */
export const tag = z
  .string()
  .max(256)
  .regex(/^[^=\s][^=]*=[\s\S]*$/, 'must have the form key=value');

/** Seconds, or a duration such as `90s`, `15m`, `24h`, `7d`. */
export const durationText = z
  .string()
  .max(32)
  .regex(/^\d+(s|m|h|d)?$/, 'must be a number of seconds or a duration such as 15m, 24h, 7d');

/** `10Gi`, `500M`, `1073741824`: a Kubernetes quantity of whole bytes. */
export const storageQuantity = z
  .string()
  .max(32)
  .regex(/^\d+([KMGTPE]i?|k)?$/, 'must be a quantity such as 10Gi');

/** A label of Kubernetes: the key with or without a prefix, and a value that may be empty. */
export const labelKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'must be the key of a label: [prefix/]name',
  );
export const labelValue = z
  .string()
  .max(63)
  .regex(
    /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
    'must be the value of a label: at most 63 of A-Za-z0-9-_.',
  );

export const accessMode = z.enum(['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']);

export const maxLabels = 64;

/** `<driver>:<target>/<backup>`, and the names of foreign backups may be as long as Kubernetes allows. */
export const maxPointId = 640;

/** What of the source's own shape a restore does otherwise. */
const shapeOverrides = {
  storageClass: dnsSubdomain.optional().describe('Left out: the storage class the source had.'),
  accessModes: z.array(accessMode).max(4).optional().describe('Left out: those the source had.'),
  size: storageQuantity.optional().describe('At least what the restore point holds; left out: exactly that.'),
  labels: z
    .array(
      z
        .string()
        .max(381)
        .regex(/^[^=\s]+=\S*$/, 'must have the form key=value'),
    )
    .max(maxLabels)
    .optional()
    .describe('Further labels of the restored claim, key=value; they win over the source’s.'),
};

/** Which restore point, of the claim `namespace`/`pvc`. At most one of snapshot, backupUrl and asOf; none: `latest`. */
const pointChoice = {
  snapshot: z
    .string()
    .max(maxPointId)
    .optional()
    .describe('"latest", the id of a restore point, the name of a backup or the name of a snapshot.'),
  backupUrl: z.string().max(2048).optional().describe('The URL of a backup, as Longhorn tells it.'),
  asOf: z.iso.datetime({ offset: true }).optional().describe('The newest point whose data is not younger than this.'),
  clusterId: z.string().max(253).optional().describe('Points of that cluster; left out: of this one.'),
};

/** Below the root of a claim: no way out of it. */
const pathInClaim = z
  .string()
  .max(253)
  .regex(
    /^([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+)(\/([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+))*$/,
    'must be a path below the root of the claim, without . and ..',
  );

/** What a restore test looks at. Left out altogether: that the file system can be mounted and read. */
export const verification = z.strictObject({
  minFiles: z.int().min(0).optional().describe('At least so many files.'),
  minBytes: z.int().min(0).optional().describe('At least so many bytes in files.'),
  sampleChecksums: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('So many files are read whole and their checksums told.'),
  manifest: pathInClaim
    .optional()
    .describe('A file of the claim with lines as sha256sum writes them: every file must be as it says.'),
  maxDropPercent: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe(
      'By so much files and bytes may be fewer than when an earlier point was proved; left out: a drop by half is inconclusive.',
    ),
  database: z
    .enum(['sqlite'], {
      error:
        'only sqlite is looked into by this version; for another database give a command with an image that knows it',
    })
    .optional()
    .describe('The databases in the claim are opened and checked.'),
  databaseFiles: z
    .array(pathInClaim)
    .min(1)
    .max(8)
    .optional()
    .describe('Left out: every database that is found in the claim, 64 at most.'),
  command: z
    .strictObject({
      image: z
        .string()
        .max(512)
        .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, 'must be the reference of an image'),
      argv: z.array(z.string().max(1024)).min(1).max(16),
      timeout: durationText
        .refine((text) => durationMs(text) >= 1_000 && durationMs(text) <= 86_400_000, 'must be from 1s to 24h')
        .optional()
        .describe('From the start of its Job, so that pulling the image counts; left out: 10m, at most 24h.'),
    })
    .optional()
    .describe(
      'Runs with the restored files mounted read-only; exit code 0 is a pass. Its arguments are no place for secrets.',
    ),
});

/** What is asked for; which members are required depends on the kind. */
export const operationRequest = z.strictObject({
  /** Namespace of the source claim; left out, that of the Operation. */
  namespace: dnsLabel.optional().describe('Namespace of the source claim; left out: the namespace of the Operation.'),
  pvc: dnsSubdomain.optional().describe('Name of the source claim.'),
  driver: z.enum(['longhorn', 'restic']).optional().describe('What moves the bytes; left out: SOTERIA_BACKUP_DRIVER.'),
  mode: z
    .enum(['incremental', 'full'])
    .optional()
    .describe('Longhorn backup mode; left out: SOTERIA_LONGHORN_BACKUP_MODE.'),
  tags: z.array(tag).max(32).optional().describe('Free key=value texts kept with the restore point.'),
  maxAge: durationText.optional().describe('Accept an existing restore point not older than this.'),
  policy: dnsLabel
    .optional()
    .describe('The policy that the restore point belongs to; its retention, and no other, may delete the point.'),
  ...pointChoice,
  targetPvc: dnsSubdomain.optional().describe('Name of the claim to make, in the namespace of the Operation.'),
  ...shapeOverrides,
  pvcs: z.array(dnsSubdomain).max(100).optional().describe('Of a namespace, only these claims; left out: all.'),
  namePrefix: z.string().max(63).optional().describe('Before the name of every restored claim.'),
  nameSuffix: z.string().max(63).optional().describe('After the name of every restored claim.'),
  testNamespace: dnsLabel
    .optional()
    .describe('Where a restore test makes its claim and its Jobs; left out: soteria-proof.'),
  verify: verification.optional(),
});
export type OperationRequest = z.infer<typeof operationRequest>;

export const requestedBy = z.strictObject({
  user: shortText.describe('Authenticated name of the caller, or "anonymous".'),
  via: z.enum(['http', 'event', 'kubectl']).describe('The door the request came through.'),
  mayTakeAny: z
    .boolean()
    .optional()
    .describe(
      'Written by Soteria: the caller may ask in all namespaces, and so for a point that does not say whose it is.',
    ),
});

export const operationSpec = z.strictObject({
  kind: z.enum(operationKindNames as [OperationKind, ...OperationKind[]]).describe('What kind of work this is.'),
  request: operationRequest,
  identity: shortText.optional().describe('The business key: a request with the same identity is the same request.'),
  requestedBy: requestedBy.optional(),
  cause: z
    .strictObject({
      source: shortText.optional(),
      id: shortText.optional(),
      correlationId: shortText.optional().describe('The root operation.'),
      parent: shortText.optional().describe('Name of the Operation that made this one.'),
    })
    .optional(),
  cancelRequested: z.boolean().optional().describe('Set it to true to cancel; it cannot be taken back.'),
});
export type OperationSpec = z.infer<typeof operationSpec>;

export const explanation = z.strictObject({
  code: z.string().max(64),
  what: shortText,
  why: shortText,
  fix: shortText,
});

export const step = z.strictObject({
  name: z.string().max(64),
  state: z.enum(['running', 'done', 'failed']),
  startedAt: instant,
  finishedAt: instant.optional(),
  message: shortText.optional(),
});
export type Step = z.infer<typeof step>;

/** Byte counts are decimal texts: they may pass 2^53. */
const bytes = z.string().regex(/^\d+$/).max(24);

/** Intent before effect: names are written here before the object is made, `…Made` right after. */
export const operationWork = z.strictObject({
  attempt: z.int().min(1).max(99),
  volume: z.string().max(253).optional(),
  backupTarget: z.string().max(253).optional(),
  snapshot: z.string().max(63).optional(),
  snapshotMade: z.boolean().optional(),
  backup: z.string().max(253).optional(),
  backupMade: z.boolean().optional(),
  /** When a made backup was first missed: it counts as gone only after Longhorn has read the backups of its volume again. */
  vanishedAt: instant.optional(),
  /** The attempt has failed; the next begins then. */
  retryAt: instant.optional(),
  /** Since then: when Longhorn has read the backups of the volume on the target, each time anew. By Longhorn's clock, not by ours. */
  readings: z.array(z.string().max(64)).max(3).optional(),
  /** Of a restore: `backup` is the one restored from, `volume` the one made; the persistent volume has its name. */
  restorePoint: z.string().max(maxPointId).optional(),
  dataAsOf: instant.optional(),
  /** The cluster that made the point, where that is neither this one nor one it has adopted. */
  foreignCluster: z.string().max(253).optional(),
  claimNamespace: z.string().max(63).optional(),
  claim: z.string().max(253).optional(),
  volumeMade: z.boolean().optional(),
  persistentVolumeMade: z.boolean().optional(),
  claimMade: z.boolean().optional(),
  /** What Longhorn said of the bytes when that was last written down. */
  percent: z.int().min(0).max(100).optional(),
  /** The bytes are there: the backup is held no longer. */
  isReleased: z.boolean().optional(),
  /** The volume has failed and is being removed, to be made once more. */
  isRemaking: z.boolean().optional(),
  /** Of the backup or restore of a namespace: the last claim that was taken, kept or left out; the next claim follows by name. */
  cursor: z.string().max(253).optional(),
  /** Claims that are passed or known to come. */
  claimCount: z.int().min(0).optional(),
  /** Claims for which an Operation was made, or was refused. */
  takenCount: z.int().min(0).optional(),
  refusedCount: z.int().min(0).optional(),
  /** Claims that were left out, and how many of them on purpose. */
  skippedCount: z.int().min(0).optional(),
  excludedCount: z.int().min(0).optional(),
  /** Claims that an earlier run has restored. */
  presentCount: z.int().min(0).optional(),
  /** From here on it is neither cancelled nor late: the marks of what is temporary come off. */
  isPermanent: z.boolean().optional(),
  /** Of a restore test: the claim is bound; from here on a Job looks at it. */
  isProving: z.boolean().optional(),
  jobMade: z.boolean().optional(),
  commandMade: z.boolean().optional(),
  /** Of a self-test: the steps whose object was made, and the claim that was. */
  made: z.array(z.string().max(16)).max(8).optional(),
  claimUid: z.string().max(64).optional(),
});
export type OperationWork = z.infer<typeof operationWork>;

/** The verdict of a restore test. */
const proofResult = z.strictObject({
  outcome: z.enum(['verified', 'refuted', 'inconclusive']),
  why: z.string().max(256),
  strength: z
    .string()
    .max(32)
    .optional()
    .describe('How far the proof goes, or the check that has refuted it: mounts, counts, checksums or application.'),
  weaker: z.array(z.string().max(32)).max(8).optional().describe('Why it is weaker than it could be.'),
  verifiers: z
    .array(z.string().max(16))
    .max(4)
    .optional()
    .describe('What was looked at beside the mount: files, database, command; empty: no verifier was defined.'),
  manifest: pathInClaim.optional().describe('The manifest in the claim that the files were compared with.'),
  files: z.int().min(0).optional(),
  bytes: bytes.optional(),
  sampled: z.int().min(0).optional().describe('So many files were read whole.'),
  verifyMs: z.int().min(0),
  totalMs: z.int().min(0).describe('From the start to the verdict: the measured time to recover.'),
});

const milliseconds = z.int().min(0).optional();

/** What a self-test has measured, as far as it got. */
const selfTestResult = z.strictObject({
  longhornVersion: z.string().max(64).optional(),
  storageClass: z.string().max(253),
  bytes: bytes.describe('Written, and compared.'),
  claimMs: milliseconds,
  writeMs: milliseconds,
  backupMs: milliseconds,
  restoreMs: milliseconds,
  compareMs: milliseconds,
  totalMs: z.int().min(0),
});

export const operationResult = z.strictObject({
  restorePoint: z.string().max(maxPointId).optional().describe('Its id: <driver>:<target>/<backup>.'),
  reused: z.boolean().optional().describe('True: an existing restore point satisfied maxAge, nothing was made.'),
  dataAsOf: instant.optional(),
  sizeBytes: bytes.optional(),
  uploadedBytes: bytes.optional(),
  url: z.string().max(2048).optional(),
  volume: z.string().max(253).optional(),
  backup: z.string().max(253).optional(),
  claimNamespace: z.string().max(63).optional(),
  claim: z.string().max(253).optional().describe('The claim that was made.'),
  claimsBackedUp: z.int().min(0).optional(),
  claimsSkipped: z.int().min(0).optional(),
  claimsRestored: z.int().min(0).optional(),
  claimsFailed: z.int().min(0).optional(),
  claimsWithoutPoint: z.int().min(0).optional(),
  problems: z
    .array(shortText)
    .max(100)
    .optional()
    .describe('Of a namespace: each claim that was not backed up or restored, and why.'),
  restoreMs: z.int().min(0).optional().describe('From the start to a restored volume.'),
  proof: proofResult.optional(),
  selfTest: selfTestResult.optional(),
});
export type OperationResult = z.infer<typeof operationResult>;

export const condition = z.strictObject({
  type: z.string().max(64),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().max(128),
  message: shortText.optional(),
  lastTransitionTime: instant,
});
export type Condition = z.infer<typeof condition>;

export const operationStatus = z.strictObject({
  phase: z.enum(phases),
  progress: z.int().min(0).max(100),
  message: shortText,
  steps: z.array(step).max(40),
  startedAt: instant.optional().describe('Left out: it has not been Running.'),
  finishedAt: instant.optional(),
  /** The last instant anything moved: for the no-progress deadline. */
  movedAt: instant.optional(),
  work: operationWork.optional(),
  result: operationResult.optional(),
  error: explanation.optional(),
  announced: z.array(z.string().max(128)).max(16).optional().describe('Facts already sent.'),
  joined: z.array(shortText).max(100).optional().describe('Identities of further requests this operation answers.'),
  conditions: z.array(condition).max(8).optional(),
  settled: z.boolean().optional().describe('True: ended, announced and tidied up; nobody needs to look again.'),
});
export type OperationStatus = z.infer<typeof operationStatus>;

export interface Operation extends KubernetesObject {
  spec: OperationSpec;
  status?: OperationStatus | undefined;
}

/**
 * Tolerant on purpose: an Operation of another version (unknown kind, step or member) must still load, be listed and be left
 * alone. What is written is checked by the strict schemas in the CRD.
 */
const operationWire = objectShape.extend({
  spec: z.looseObject({ kind: z.string(), request: z.looseObject({}).default({}) }),
  status: z.looseObject({ phase: z.string().optional() }).optional(),
});

export const operations: ResourceType<Operation> = {
  group,
  version,
  kind: 'Operation',
  plural: 'operations',
  isNamespaced: true,
  parse: (wire) => {
    const parsed = operationWire.parse(wire);
    // A status without a phase is a record nobody has looked at yet.
    if (parsed.status !== undefined && parsed.status.phase === undefined) delete parsed.status;
    return parsed as unknown as Operation;
  },
};

export function isTerminal(phase: Phase | undefined): boolean {
  return phase !== undefined && (terminalPhases as readonly string[]).includes(phase);
}
