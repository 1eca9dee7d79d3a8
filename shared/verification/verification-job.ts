/** The Job in which our own runner looks at a restored claim. Pure. */
import type { Draft } from '../kubernetes/client.ts';
import type { Job } from '../kubernetes/core-types.ts';
import { shortHash } from '../short-hash.ts';
import { claimMountPath, jobInFrame, type JobFrame, scratchBytes, scratchPath } from '../job/job-frame.ts';

export const verifyContainer = 'verify';

export interface VerificationChecks {
  /** What this very point holds, when that is known. */
  readonly expectFiles?: number | undefined;
  readonly expectBytes?: number | undefined;
  /** What an earlier point of the claim held when it was last proved. */
  readonly baselineFiles?: number | undefined;
  readonly baselineBytes?: number | undefined;
  /** By so many percent it may have shrunk since then; left out, a drop by more than half is reported, and refutes nothing. */
  readonly maxDropPercent?: number | undefined;
  readonly minFiles?: number | undefined;
  readonly minBytes?: number | undefined;
  /** So many files are read whole. */
  readonly sampleChecksums?: number | undefined;
  /** Below the claim's root: lines as `sha256sum` writes them. */
  readonly manifest?: string | undefined;
  /** SQLite databases, below the claim's root. */
  readonly sqlite?: readonly string[] | undefined;
  /** Every SQLite database that is there. */
  readonly findSqlite?: boolean | undefined;
  /** Files that a proof of this very point has read before: one that is missing refutes the point, not the request. */
  readonly wasRead?: readonly string[] | undefined;
  /** A proof of this very point has found databases by itself. */
  readonly hadDatabases?: boolean | undefined;
  readonly mayBeEmpty?: boolean | undefined;
}

export interface VerificationJobInput extends JobFrame {
  /** Soteria's own. */
  readonly image: string;
  readonly checks: VerificationChecks;
}

/** One for each operation: a repeat meets "already exists". It begins as the Trigger of the function restore expects it to. */
export function verificationJobName(operationUid: string): string {
  return `soteria-restore-verify-${shortHash(operationUid, 12)}`;
}

export function verificationJob(input: VerificationJobInput): Draft<Job> {
  const { image, checks, operation } = input;
  return jobInFrame(input, verificationJobName(operation.uid), {
    name: verifyContainer,
    image,
    args: ['runner.cjs', ...verifyArguments(checks, operation.uid)],
    terminationMessagePolicy: 'File',
  });
}

/** The seed makes a repeat look at the same files. */
function verifyArguments(checks: VerificationChecks, seed: string): string[] {
  const numbers: readonly (readonly [string, number | undefined])[] = [
    ['--expect-files', checks.expectFiles],
    ['--expect-bytes', checks.expectBytes],
    ['--baseline-files', checks.baselineFiles],
    ['--baseline-bytes', checks.baselineBytes],
    ['--max-drop', checks.maxDropPercent],
    ['--min-files', checks.minFiles],
    ['--min-bytes', checks.minBytes],
    ['--sample', checks.sampleChecksums],
  ];
  return [
    'verify',
    '--mount',
    `claim=${claimMountPath}`,
    '--scratch',
    `scratch=${scratchPath}`,
    '--scratch-bytes',
    String(scratchBytes),
    '--seed',
    seed,
    ...numbers.flatMap(([option, value]) => (value === undefined ? [] : [option, String(value)])),
    // With =, or a name that begins with - were an option.
    ...(checks.manifest === undefined ? [] : [`--manifest=${checks.manifest}`]),
    ...(checks.sqlite ?? []).map((path) => `--sqlite=${path}`),
    ...(checks.findSqlite === true ? ['--find-sqlite'] : []),
    ...(checks.wasRead ?? []).map((path) => `--was-read=${path}`),
    ...(checks.hadDatabases === true ? ['--had-databases'] : []),
    ...(checks.mayBeEmpty === true ? ['--may-be-empty'] : []),
  ];
}
