/** The alert rules against the real promtool: each fires, does not fire, and ends. Prometheus' clock starts at 0 in a test, so ages are seconds. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gaugesOf } from '@soteria/console/metrics/claim-gauges.ts';
import { describe, expect, it } from 'vitest';
import { readKustomization } from '../../local/manifests/read-kustomization.ts';
import { at, deployDir, listAt, repositoryDir } from '../manifests/installation.ts';
import { hasPromtool, type RuleTest, runPromtool } from './promtool.ts';

const objects = readKustomization(join(deployDir, 'knative/overlays/alerts'));
const spec = at(
  objects.find(({ kind }) => kind === 'PrometheusRule'),
  'spec',
);
const rules = listAt(spec, 'groups', 0, 'rules');

const claim = { namespace: 'shop', pvc: 'data' };
const ofClaim = '{namespace="shop",pvc="data",job="soteria-console",instance="console"}';
const noneAt = (...times: readonly string[]) => Object.fromEntries(times.map((time) => [time, []]));

interface Case extends Omit<RuleTest, 'annotations'> {
  readonly title: string;
  readonly summary: string;
}

const missed = 'Claim shop/data has no restorable point as new as its policy promises';
const critical = { ...claim, severity: 'critical' };
const cases: readonly Case[] = [
  {
    title: 'what the last evaluation found overdue fires at once, and ends with the recovery',
    alert: 'SoteriaObjectiveMissed',
    series: { [`soteria_claim_overdue${ofClaim}`]: '0x3 1x4 0x4' },
    summary: missed,
    firing: { ...noneAt('45m'), '60m': [critical], '110m': [critical], ...noneAt('2h15m', '3h') },
  },
  {
    title: 'a point that grows older than the rpo fires though no evaluation says so, and ends with a new point',
    alert: 'SoteriaObjectiveMissed',
    // A point of the start, an rpo of two hours, and a new point after five hours.
    series: {
      [`soteria_claim_overdue${ofClaim}`]: '0x40',
      [`soteria_claim_rpo_seconds${ofClaim}`]: '7200x40',
      [`soteria_claim_last_success_timestamp_seconds${ofClaim}`]: '0x19 18000x20',
    },
    summary: missed,
    firing: { ...noneAt('3h', '3h15m'), '3h20m': [critical], '4h55m': [critical], ...noneAt('5h', '8h15m') },
  },
  {
    title: 'a claim whose policy has no rpo is judged by the evaluation alone',
    alert: 'SoteriaObjectiveMissed',
    series: {
      [`soteria_claim_overdue${ofClaim}`]: '0x200',
      [`soteria_claim_last_success_timestamp_seconds${ofClaim}`]: '0x200',
    },
    summary: missed,
    firing: noneAt('48h'),
  },
  {
    title: 'an evaluation that stopped three hours ago fires, and ends when evaluations go on',
    alert: 'SoteriaEvaluationStopped',
    series: { soteria_last_evaluation_timestamp_seconds: '0x14 13500x10' },
    summary: 'No evaluation of the policies was complete for three hours, so no backup becomes due',
    firing: {
      ...noneAt('3h'),
      '3h5m': [{ severity: 'critical' }],
      '3h40m': [{ severity: 'critical' }],
      ...noneAt('3h45m', '6h'),
    },
  },
  {
    title: 'an installation without policies has no evaluation that could stop',
    alert: 'SoteriaEvaluationStopped',
    series: { soteria_policies: '0x40' },
    summary: '',
    firing: noneAt('10h'),
  },
  {
    title: 'metrics that are not scraped for an hour fire, and end with the next scrape',
    alert: 'SoteriaMetricsMissing',
    series: { soteria_policies: '1x4 _x8 1x4' },
    summary: 'Prometheus has not reached /metrics of console for an hour, so no other alert of Soteria can fire',
    firing: { ...noneAt('1h', '2h'), '2h20m': [{ severity: 'warning' }], ...noneAt('3h15m') },
  },
  {
    title: 'a proof that is two hours overdue fires, and ends when the claim is proved',
    alert: 'SoteriaProofOverdue',
    series: { [`soteria_claim_proof_overdue${ofClaim}`]: '0x3 1x12 0x4' },
    summary: 'Claim shop/data was not proved within the period of its policy',
    firing: { ...noneAt('2h55m'), '3h': [{ ...claim, severity: 'warning' }], ...noneAt('4h15m') },
  },
];

if (!hasPromtool) console.warn('\n!!! the alert rules are NOT tested: there is no promtool. Run `npm run servers`.\n');

describe.skipIf(!hasPromtool)('the alert rules', () => {
  it.each(cases)('$title', async ({ summary, ...test }) => {
    const rule = rules.find((one) => at(one, 'alert') === test.alert);
    const annotations = () => ({ summary, runbook: String(at(rule, 'annotations', 'runbook')) });
    expect(await runPromtool(spec, [{ ...test, annotations }])).toContain('SUCCESS');
  });

  it('are reported when they do not fire', async () => {
    const [one] = cases;
    const wrong = { ...(one ?? expect.fail('no case')), firing: noneAt('60m'), annotations: () => ({}) };
    await expect(runPromtool(spec, [wrong])).rejects.toThrow('SoteriaObjectiveMissed');
  });
});

describe('each alert', () => {
  const empty = { records: new Map(), newestAt: () => undefined };
  const exposed = gaugesOf({
    coverage: empty,
    verifiedAt: new Map(),
    policies: 0,
    evaluatedAt: undefined,
    now: new Date(0),
  });

  it.each(rules.map((rule) => [String(at(rule, 'alert')), rule]))(
    '%s has a case, a page, and gauges that exist',
    (alert, rule) => {
      const used = String(at(rule, 'expr')).match(/soteria_\w+/g) ?? [];
      expect(exposed.map(({ name }) => name)).toEqual(expect.arrayContaining(used));
      expect(used.length).toBeGreaterThan(0);
      expect(cases.some((one) => one.alert === alert)).toBe(true);
      expect(existsSync(join(repositoryDir, String(at(rule, 'annotations', 'runbook'))))).toBe(true);
    },
  );
});
