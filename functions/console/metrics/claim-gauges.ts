/** What the last evaluation has stored, in Prometheus' text format: computed when somebody scrapes, so that it survives zero pods. */
import { type Gauge, gaugeText } from '@soteria/shared/function/gauge-text.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { type CoverageRecord, isAccounted, totalsOf } from '@soteria/shared/coverage/coverage-record.ts';
import { reasonOf } from '@soteria/shared/coverage/reasons.ts';
import { type Coverage, createCoverageStore, decodeAll } from '@soteria/shared/coverage/coverage-store.ts';
import { readLastEvaluation } from '@soteria/shared/coverage/last-evaluation.ts';

/** Claims with series of their own: first what is overdue, then what nobody looks after, then the others by name. */
const maxClaims = 1_000;

export interface StoredState {
  readonly coverage: Coverage;
  /** By `namespace/claim`. */
  readonly verifiedAt: ReadonlyMap<string, string>;
  /** As the last evaluation knew them. */
  readonly policies: number;
  readonly evaluatedAt: string | undefined;
  readonly now: Date;
}

export async function readGauges(client: KubernetesClient, namespace: string, now: () => Date): Promise<string> {
  const [texts, verified, last] = await Promise.all([
    createCoverageStore(client, namespace).read(),
    createVerifiedPoints(client, namespace).list(),
    readLastEvaluation(client, namespace),
  ]);
  const verifiedAt = new Map(verified.map((one) => [`${one.namespace}/${one.pvc}`, one.verifiedAt]));
  return gaugesOf({ coverage: decodeAll(texts), verifiedAt, ...last, now: now() })
    .map(gaugeText)
    .join('');
}

interface Claim {
  readonly labels: { readonly namespace: string; readonly pvc: string };
  readonly record: CoverageRecord;
}

function claimsOf({ records }: Coverage): Claim[] {
  return [...records].flatMap(([namespace, ofNamespace]) =>
    [...ofNamespace].map(([pvc, record]) => ({ labels: { namespace, pvc }, record })),
  );
}

const weightOf = ({ record }: Claim): number => (record.missedSince !== undefined ? 0 : isAccounted(record) ? 2 : 1);

function urgentFirst(a: Claim, b: Claim): number {
  const [x, y] = [a, b].map(({ labels: { namespace, pvc } }) => `${namespace}/${pvc}`);
  return weightOf(a) - weightOf(b) || (x === y ? 0 : (x ?? '') < (y ?? '') ? -1 : 1);
}

const secondsOf = (instant: Date | string | undefined): number | undefined =>
  instant === undefined ? undefined : new Date(instant).getTime() / 1000;

export function gaugesOf({ coverage, verifiedAt, policies, evaluatedAt, now }: StoredState): Gauge[] {
  const totals = totalsOf(coverage.records.values());
  const all = claimsOf(coverage).toSorted(urgentFirst);
  const shown = all.slice(0, maxClaims);
  const each = (valueOf: (claim: Claim) => number | undefined): Gauge['samples'] =>
    shown.map((claim) => [claim.labels, valueOf(claim)]);
  const isProofLate = ({ record: { proveBy } }: Claim) => proveBy !== undefined && new Date(proveBy) <= now;
  return [
    {
      name: 'soteria_claim_last_success_timestamp_seconds',
      help: 'The data of the newest restorable point of a claim, whoever made it',
      samples: each(({ labels }) => secondsOf(coverage.newestAt(labels.namespace, labels.pvc))),
    },
    {
      name: 'soteria_claim_last_verified_timestamp_seconds',
      help: 'When a restore test last proved a point of the claim that stands',
      samples: each(({ labels }) => secondsOf(verifiedAt.get(`${labels.namespace}/${labels.pvc}`))),
    },
    {
      name: 'soteria_claim_rpo_seconds',
      help: 'The smallest rpo of the policies that take the claim',
      samples: each(({ record }) => record.rpoSeconds),
    },
    {
      name: 'soteria_claim_overdue',
      help: 'Whether the last evaluation found the objective of the claim missed (1) or not (0)',
      samples: each(({ record }) => (record.missedSince === undefined ? 0 : 1)),
    },
    {
      name: 'soteria_claim_proof_overdue',
      help: 'Whether the period of verify.every is over without a proof (1) or not (0)',
      samples: each((claim) => (isProofLate(claim) ? 1 : 0)),
    },
    {
      name: 'soteria_claim_state',
      help: 'What the last evaluation decided about the claim: 1 for the present state',
      samples: shown.map(({ labels, record }) => [{ ...labels, state: reasonOf(record.code).state }, 1]),
    },
    {
      name: 'soteria_claims',
      help: 'Claims by what the last evaluation decided',
      samples: Object.entries(totals.states).map(([state, count]) => [{ state }, count]),
    },
    {
      name: 'soteria_claims_overdue',
      help: 'Claims whose objective is missed',
      samples: [[{}, totals.missed]],
    },
    {
      name: 'soteria_claims_without_series',
      help: `Claims beyond the first ${maxClaims}, which have no series of their own`,
      samples: [[{}, all.length - shown.length]],
    },
    {
      name: 'soteria_coverage_percent',
      help: 'Claims that are accounted for, rounded down; 100 only when every claim is; absent before the first evaluation',
      samples: [[{}, totals.percent ?? undefined]],
    },
    {
      name: 'soteria_policies',
      help: 'Policies that the last evaluation knew',
      samples: [[{}, policies]],
    },
    {
      name: 'soteria_last_evaluation_timestamp_seconds',
      help: 'When the last evaluation of the policies was complete; absent without policies',
      samples: [[{}, policies === 0 ? undefined : secondsOf(evaluatedAt)]],
    },
  ];
}
