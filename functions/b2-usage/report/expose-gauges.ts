/** The last measurement in Prometheus' text format. Label values: buckets, kinds, and the claims of the cluster, the largest only. */
import { type Gauge, gaugeText } from '@soteria/shared/function/gauge-text.ts';
import type { UsageReport } from './build-report.ts';
import { findingCodes } from './findings.ts';

const maxClaims = 500;

export function exposeGauges(report: UsageReport): string {
  return gaugesOf(report).map(gaugeText).join('');
}

function gaugesOf(report: UsageReport): Gauge[] {
  const { buckets, claims, findings, cost, measured_at: measuredAt } = report;
  const byKind = (members: Readonly<Record<string, string>>): Gauge['samples'] =>
    buckets.flatMap((bucket) =>
      Object.entries(members).map(([kind, member]) => {
        const value = bucket[member];
        return [{ bucket: String(bucket['name']), kind }, typeof value === 'number' ? value : null] as const;
      }),
    );
  const attributed = claims.filter(({ pvc }) => pvc !== null).slice(0, maxClaims);
  return [
    {
      name: 'soteria_b2_up',
      help: 'Whether the last measurement succeeded (1) or failed (0); absent when usage is not configured',
      samples:
        report.state === 'measured' || report.state === 'failing' ? [[{}, report.state === 'measured' ? 1 : 0]] : [],
    },
    {
      name: 'soteria_b2_measured_timestamp_seconds',
      help: 'When the numbers were measured',
      samples: [[{}, measuredAt === null ? null : Date.parse(measuredAt) / 1000]],
    },
    {
      name: 'soteria_b2_bytes',
      help: 'Bytes in a bucket by kind',
      samples: byKind({ current: 'current_bytes', hidden: 'hidden_bytes', unfinished: 'unfinished_bytes' }),
    },
    {
      name: 'soteria_b2_objects',
      help: 'Objects in a bucket by kind',
      samples: byKind({
        current: 'current_objects',
        hidden: 'hidden_objects',
        marker: 'markers',
        unfinished: 'unfinished_uploads',
      }),
    },
    {
      name: 'soteria_b2_orphaned_bytes',
      help: 'Bytes of volumes whose claim is gone',
      samples: [[{}, report.totals?.['orphaned_bytes']]],
    },
    {
      name: 'soteria_b2_claim_bytes',
      help: 'Current bytes of the backups of a claim',
      samples: attributed.map((one) => [
        { namespace: one.namespace ?? '', pvc: one.pvc ?? '', volume: one.volume, state: one.state },
        one.current_bytes,
      ]),
    },
    {
      name: 'soteria_b2_cost_per_month',
      help: 'Cost of a month with as much stored as now, in the currency of the price card',
      samples: cost === null ? [] : [[{ currency: cost.currency }, cost.storage_per_month]],
    },
    {
      name: 'soteria_b2_findings',
      help: 'Findings of the last measurement by code',
      samples:
        measuredAt === null
          ? []
          : findingCodes.map((code) => [{ code }, findings.filter((one) => one.code === code).length]),
    },
  ];
}
