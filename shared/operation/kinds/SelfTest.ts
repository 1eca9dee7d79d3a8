/** Known bytes written, backed up, restored and compared. */
import * as z from 'zod';
import { bytes } from './fields.ts';
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

export const SelfTest = {
  verb: 'selftest',
  function: 'restore',
  requires: [],
  livesIn: 'proof',
  request: { storageClass, size },
  work: {
    attempt,
    /** The steps whose object was made, and the claim that was. */
    made: z.array(z.string().max(16)).max(8).optional(),
    claimUid: z.string().max(64).optional(),
  },
  result: { selfTest: selfTestResult.optional() },
} as const satisfies KindOfOperation;
