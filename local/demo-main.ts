/** `npm run demo [-- --json] [-- --disaster]`: the main job without a cluster, non-interactive; exits 0 when every step held. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { keptSettings, runDisaster } from './demo/disaster.ts';
import { readDemoOptions } from './demo/options.ts';
import { runDemo } from './demo/run-demo.ts';
import { runPolicies } from './demo/policies.ts';
import type { DemoResult, OnStep } from './demo/steps.ts';
import { describeFailure } from './describe-failure.ts';
import { type Local, startLocal, type StartLocalOptions } from './start-local.ts';
import type { EventIdentity } from './mesh/activity.ts';
import { waitForStop } from './wait-for-stop.ts';
import { describeActivity } from './describe-activity.ts';

const timeoutMs = 90_000;

async function main(): Promise<number> {
  const options = readDemoOptions(process.argv.slice(2));
  const say = (line: string): void => {
    if (!options.isJson) console.log(line);
  };
  const hasColour = process.stdout.isTTY;
  const paint = (style: 'bold' | 'green' | 'red', text: string): string =>
    hasColour ? styleText(style, text, { validateStream: false }) : text;
  const stopped = waitForStop();
  const scratch = await mkdtemp(join(tmpdir(), 'soteria-demo-data-'));
  const events: EventIdentity[] = [];
  const settingsFile = join(scratch, 'settings.yaml');
  // A product that is still starting is stopped as soon as its start has ended.
  let running: Promise<Local> | undefined;
  let isOver = false;
  const stop = async (): Promise<void> => {
    const local = await running?.catch(() => undefined);
    running = undefined;
    await local?.stop();
  };
  const start = (
    folder: string,
    more: Pick<StartLocalOptions, 'hasSample' | 'settingsFile' | 'clockAheadMs'>,
  ): Promise<Local> => {
    if (isOver) return Promise.reject(new Error('the demo is over'));
    running = startLocal({
      port: 0,
      dataDir: join(scratch, folder),
      ...more,
      kubeconfig: options.kubeconfig,
      onActivity: (activity, at) => {
        if (activity.kind === 'event') events.push(activity);
        const line = describeActivity(activity, at, { hasColour });
        if (line !== undefined) say(line);
      },
    });
    return running;
  };
  const onStep: OnStep = (step, operation) => {
    const sign = step.ok ? paint('green', '✔') : paint('red', '✘');
    say(`${sign} ${paint('bold', step.name)} in ${step.ms} ms: ${step.detail}`);
    for (const { name, startedAt, finishedAt } of operation?.steps ?? []) {
      const ms = finishedAt === undefined ? '' : ` ${Date.parse(finishedAt) - Date.parse(startedAt)} ms`;
      say(`    ${startedAt.slice(11, 23)} ${name}${ms}`);
    }
  };
  async function play(): Promise<DemoResult> {
    if (!options.isDisaster) {
      const local = await start('data', { hasSample: true });
      say(paint('bold', 'A claim is backed up through the broker, changed, and backed up again.'));
      const result = await runDemo({ local, claim: 'photos', timeoutMs, onStep });
      // The clock of a real API server cannot be moved.
      if (options.kubeconfig !== undefined) return result;
      await stop();
      say(paint('bold', 'A policy takes over: nobody asks for a backup any more.'));
      const policies = await runPolicies({
        start: ({ clockAheadMs }) => start('policies', { hasSample: true, clockAheadMs }),
        stop,
        events,
        timeoutMs,
        onStep,
      });
      return { ok: result.ok && policies.ok, steps: [...result.steps, ...policies.steps] };
    }
    say(paint('bold', 'A namespace is backed up, and then the cluster is gone.'));
    await writeFile(settingsFile, keptSettings);
    return runDisaster({
      start: ({ hasSample, hasSettings }) =>
        start('data', { hasSample, settingsFile: hasSettings ? settingsFile : undefined }),
      stop,
      dataDir: join(scratch, 'data'),
      timeoutMs,
      onStep,
    });
  }
  try {
    const result = await Promise.race([play(), stopped]);
    if (typeof result === 'string') {
      console.error(`soteria: the demo was broken off: ${result}`);
      return 130;
    }
    if (options.isJson) console.log(JSON.stringify(result));
    else say(result.ok ? paint('green', 'Every step held.') : paint('red', 'A step failed.'));
    return result.ok ? 0 : 1;
  } finally {
    isOver = true;
    await stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(describeFailure(error));
    process.exit(1);
  },
);
