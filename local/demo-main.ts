/** `npm run demo [-- --json]`: the main job without a cluster, non-interactive; exits 0 when every step held. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { readDemoOptions } from './demo/options.ts';
import { runDemo } from './demo/run-demo.ts';
import { explain } from './explain.ts';
import { startLocal } from './start-local.ts';
import { untilToldToStop } from './until-told-to-stop.ts';
import { describeActivity } from './view.ts';

async function main(): Promise<number> {
  const options = readDemoOptions(process.argv.slice(2));
  const say = (line: string): void => {
    if (!options.isJson) console.log(line);
  };
  const hasColour = process.stdout.isTTY;
  const paint = (style: 'bold' | 'green' | 'red', text: string): string =>
    hasColour ? styleText(style, text, { validateStream: false }) : text;
  const toldToStop = untilToldToStop();
  const dataDir = await mkdtemp(join(tmpdir(), 'soteria-demo-data-'));
  const local = await startLocal({
    port: 0,
    dataDir,
    hasSample: true,
    kubeconfig: options.kubeconfig,
    onActivity: (activity, at) => {
      const line = describeActivity(activity, at, { hasColour });
      if (line !== undefined) say(line);
    },
  });
  try {
    say(paint('bold', 'A claim is backed up through the broker, changed, and backed up again.'));
    const demo = runDemo({
      local,
      claim: 'photos',
      timeoutMs: 90_000,
      onStep: (step, operation) => {
        const sign = step.ok ? paint('green', '✔') : paint('red', '✘');
        say(`${sign} ${paint('bold', step.name)} in ${step.ms} ms: ${step.detail}`);
        for (const { name, startedAt, finishedAt } of operation?.steps ?? []) {
          const ms = finishedAt === undefined ? '' : ` ${Date.parse(finishedAt) - Date.parse(startedAt)} ms`;
          say(`    ${startedAt.slice(11, 23)} ${name}${ms}`);
        }
      },
    });
    const result = await Promise.race([demo, toldToStop]);
    if (typeof result === 'string') {
      console.error(`soteria: the demo was broken off: ${result}`);
      return 130;
    }
    if (options.isJson) console.log(JSON.stringify(result));
    else say(result.ok ? paint('green', 'Every step held.') : paint('red', 'A step failed.'));
    return result.ok ? 0 : 1;
  } finally {
    await local.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  },
);
