/** What runs inside a Job: progress as JSON lines, the verdict as the container's termination message; only this file exits. */
import '@soteria/shared/config/jitless.ts';
import { writeFile } from 'node:fs/promises';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { encodeVerdict, type Verdict } from '@soteria/shared/verification/verdict.ts';
import { compareKnown } from './compare-known.ts';
import { type KnownOptions, readOptions, type VerifyOptions } from './options.ts';
import { record } from './record.ts';
import { verify } from './verify.ts';
import { writeKnown } from './write-known.ts';

const terminationMessagePath = process.env['SOTERIA_TERMINATION_MESSAGE_PATH'] ?? '/dev/termination-log';

function say(event: string, fields: object): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

function verdictOf(options: VerifyOptions | KnownOptions): Promise<Verdict> {
  const nowMs = () => performance.now();
  switch (options.task) {
    case 'write':
      return writeKnown(options, nowMs);
    case 'compare':
      return compareKnown(options, nowMs);
    case 'verify':
      return verify(options, { nowMs, onProgress: (progress) => say('verification_progress', progress) });
  }
}

/** True: every requested check has passed. */
async function run(): Promise<boolean> {
  const options = readOptions(process.argv.slice(2));
  if (options.task === 'record') {
    const baseline = await record(options);
    say('baseline_recorded', baseline);
    await writeFile(terminationMessagePath, JSON.stringify(baseline));
    return true;
  }
  say('verification_started', { task: options.task, root: options.root });
  const verdict = await verdictOf(options);
  say('verification_ended', verdict);
  await writeFile(terminationMessagePath, encodeVerdict(verdict));
  return verdict.outcome === 'verified';
}

function explain(thrown: unknown): string {
  if (thrown instanceof SoteriaError) {
    const { what, why, fix } = thrown.explanation;
    return `${what}: ${why}; ${fix}`;
  }
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

run().then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);
