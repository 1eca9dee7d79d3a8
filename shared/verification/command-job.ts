/**
 * The Job that runs somebody else's check over a restored claim, in an image of theirs. Pure. It is a Job of its own: its deadline is
 * the command's, and what Kubernetes throws away when that is over does not take our own verdict along.
 */
import type { Draft } from '../kubernetes/client.ts';
import type { Job } from '../kubernetes/core-types.ts';
import { shortHash } from '../short-hash.ts';
import { claimMountPath, jobInFrame, type JobFrame, scratchPath } from '../job/job-frame.ts';

export const commandContainer = 'command';

export interface CommandJobInput extends JobFrame {
  readonly image: string;
  /** Instead of what the image starts by itself. */
  readonly argv: readonly string[];
}

/** One for each operation, beginning as the Trigger of the function restore expects it to. */
export function commandJobName(operationUid: string): string {
  return `soteria-restore-command-${shortHash(operationUid, 12)}`;
}

/** Its working folder is the claim's; it may write to `/scratch` only. */
export function commandJob(input: CommandJobInput): Draft<Job> {
  return jobInFrame(input, commandJobName(input.operation.uid), {
    name: commandContainer,
    image: input.image,
    command: [...input.argv],
    workingDir: claimMountPath,
    env: ['HOME', 'TMPDIR'].map((name) => ({ name, value: scratchPath })),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  });
}
