/** Known bytes written, backed up, restored and compared. */
import * as z from 'zod';
import { bytes, dnsSubdomain, explanation, storageQuantity } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { attempt, size, storageClass } from './shared-members.ts';

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

/** The body of `POST /v1/selftest` and the data of `dev.soteria.selftest.requested.v1`. */
export const selfTestRequest = z.strictObject({
  storage_class: dnsSubdomain.optional().describe('Of the claim that is made; left out: longhorn.'),
  size: storageQuantity.optional().describe('Of the claim that is made; left out: 64Mi.'),
  dry_run: z.boolean().optional().describe('Answer the plan and create nothing.'),
});
export type SelfTestRequest = z.infer<typeof selfTestRequest>;

export const selfTestFact = z.looseObject({
  operation: z.string(),
  storage_class: z.string(),
  longhorn_version: z.string().optional(),
  total_ms: z.int().optional(),
  error: explanation.optional(),
});

export const SelfTest = {
  verb: 'selftest',
  function: 'restore',
  requires: [],
  livesIn: 'proof',
  claim: 'own',
  request: { storageClass, size },
  work: {
    attempt,
    /** The steps whose object was made, and the claim that was. */
    made: z.array(z.string().max(16)).max(8).optional(),
    claimUid: z.string().max(64).optional(),
  },
  result: { selfTest: selfTestResult.optional() },
  wokenBy: [{ kind: 'Volume' }, { kind: 'Job' }],
  events: {
    'dev.soteria.selftest.requested.v1': {
      meaning: 'Write, back up, restore and compare a claim made for it. The data is the body of POST /v1/selftest.',
      role: 'request',
      unsigned: 'all',
      data: selfTestRequest,
    },
    'dev.soteria.selftest.passed.v1': {
      meaning: 'What a self-test wrote came back byte for byte.',
      role: 'fact',
      unsigned: 'never',
      data: selfTestFact,
    },
    'dev.soteria.selftest.failed.v1': {
      meaning: 'A self-test has failed; the data says at which step, why and how to fix it.',
      role: 'fact',
      unsigned: 'always',
      data: selfTestFact,
    },
  },
} as const satisfies KindOfOperation;
