/** promtool, built from source: it checks alert rules and plays series of samples against them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { builtServersDir } from '../servers/find-server-binaries.ts';

const binary = join(builtServersDir, 'promtool');
export const hasPromtool = existsSync(binary);

export interface RuleTest {
  /** In promtool's own notation: `1+0x8`, `_x4`. One sample each 15 minutes. */
  readonly series: Readonly<Record<string, string>>;
  readonly alert: string;
  /** Keyed by the time after the start: the labels of the alerts that fire, each with its summary. */
  readonly firing: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  readonly annotations: (labels: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/** `rules`: the file that Prometheus reads, `{groups}`. Returns promtool's output; rejects when a rule or an expectation is wrong. */
export async function runPromtool(rules: unknown, tests: readonly RuleTest[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'soteria-rules-'));
  try {
    const [rulesFile, testsFile] = [join(dir, 'rules.yaml'), join(dir, 'tests.yaml')];
    await writeFile(rulesFile, stringify(rules));
    await writeFile(testsFile, stringify(toPromtool(tests)));
    const run = promisify(execFile);
    const checked = await run(binary, ['check', 'rules', '--lint-fatal', rulesFile]);
    const tested = await run(binary, ['test', 'rules', testsFile]);
    return checked.stdout + tested.stdout;
  } catch (error) {
    // The output names the wrong expectation.
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(stdout + stderr, { cause: error });
  } finally {
    await rm(dir, { recursive: true });
  }
}

function toPromtool(tests: readonly RuleTest[]) {
  return {
    rule_files: ['rules.yaml'],
    evaluation_interval: '5m',
    tests: tests.map(({ series, alert, firing, annotations }) => ({
      interval: '15m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: Object.entries(firing).map(([time, alerts]) => ({
        eval_time: time,
        alertname: alert,
        exp_alerts: alerts.map((labels) => ({ exp_labels: labels, exp_annotations: annotations(labels) })),
      })),
    })),
  };
}
