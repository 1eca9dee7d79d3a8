/** A restore that proves a restore point, and removes what it has made. */
import * as z from 'zod';
import { restoreFact } from './bodies.ts';
import { durationMs } from './duration.ts';
import { bytes, dnsLabel, durationText, pathInClaim } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { restoreRequest } from './Restore.ts';
import { pointChoice, policy, restoreResult, restoreWork, source, storageClass } from './shared-members.ts';

/** What a restore test looks at. Left out altogether: that the file system can be mounted and read. */
export const verification = z.strictObject({
  minFiles: z.int().min(0).optional().describe('At least so many files.'),
  minBytes: z.int().min(0).optional().describe('At least so many bytes in files.'),
  sampleChecksums: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('So many files are read whole, and the verdict shows their checksums.'),
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
        .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, 'must be the reference of an image')
        .describe('The image that looks into the restored claim.'),
      argv: z
        .array(z.string().max(1024))
        .min(1)
        .max(16)
        .describe('The command and its arguments, without a shell; exit code 0 proves the point.'),
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

const verifyBody = z
  .strictObject({
    mounts: z.literal(true).optional().describe('Always looked at: the file system can be mounted and read.'),
    files: z
      .strictObject({
        min: verification.shape.minFiles,
        min_bytes: verification.shape.minBytes,
        sample_checksums: verification.shape.sampleChecksums,
        manifest: verification.shape.manifest,
        max_drop_percent: verification.shape.maxDropPercent,
      })
      .optional(),
    database: verification.shape.database,
    database_files: verification.shape.databaseFiles,
    command: verification.shape.command,
  })
  .refine(({ database, database_files: files }) => files === undefined || database !== undefined, {
    path: ['database_files'],
    message: 'needs database: sqlite, which says what kind they are',
  });

/** The body of `POST /v1/restore-test`: with `target_pvc` a restore, without it a test that removes what it made. */
export const restoreTestRequest = restoreRequest.extend({
  target_pvc: restoreRequest.shape.target_pvc.optional(),
  test_namespace: dnsLabel
    .optional()
    .describe('Where the claim of a test and its Jobs are made; left out: soteria-proof.'),
  verify: verifyBody.optional().describe('What a test looks at.'),
});
export type RestoreTestRequest = z.infer<typeof restoreTestRequest>;

/** The measured times are in milliseconds; `total_ms`, from the start to the verdict, is the time a recovery takes. */
export const restoreTestFact = restoreFact.extend({
  outcome: z.enum(['verified', 'refuted', 'inconclusive']).optional(),
  why: z.string().optional(),
  strength: z.string().optional(),
  weaker: z.array(z.string()).optional(),
  files: z.int().optional(),
  bytes: z.string().optional(),
  verify_ms: z.int().optional(),
  total_ms: z.int().optional(),
});

export const RestoreTest = {
  verb: 'restoretest',
  function: 'restore',
  requires: ['pvc'],
  livesIn: 'source',
  claim: 'test',
  request: {
    ...source,
    ...pointChoice,
    policy,
    storageClass,
    testNamespace: dnsLabel
      .optional()
      .describe('Where a restore test makes its claim and its Jobs; left out: soteria-proof.'),
    verify: verification.optional(),
  },
  work: {
    ...restoreWork,
    /** The claim is bound; from here on a Job looks at it. */
    isProving: z.boolean().optional(),
    jobMade: z.boolean().optional(),
    commandMade: z.boolean().optional(),
  },
  result: { ...restoreResult, proof: proofResult.optional() },
  wokenBy: [{ kind: 'Job' }],
  events: {
    'dev.soteria.restoretest.verified.v1': {
      meaning: 'A restore test has proved a restore point; the data says how far the proof goes and how long it took.',
      role: 'fact',
      unsigned: 'never',
      data: restoreTestFact,
    },
    'dev.soteria.restoretest.refuted.v1': {
      meaning:
        'A restore test has refuted a restore point: it did not come back, or not as it should. Do not rely on it.',
      role: 'fact',
      unsigned: 'always',
      data: restoreTestFact,
    },
    'dev.soteria.restoretest.inconclusive.v1': {
      meaning:
        'A restore test has ended without a verdict: cancelled, refused, or hindered by the cluster. Nothing is said of the restore point.',
      role: 'fact',
      unsigned: 'always',
      data: restoreTestFact,
    },
  },
} as const satisfies KindOfOperation;
