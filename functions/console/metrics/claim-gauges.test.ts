import { describe, expect, it } from 'vitest';
import { gaugeText } from '@soteria/shared/function/gauge-text.ts';
import type { CoverageRecord } from '@soteria/shared/coverage/coverage-record.ts';
import { gaugesOf, type StoredState } from './claim-gauges.ts';

const now = new Date('2026-05-02T12:00:00Z');
const fresh: CoverageRecord = { code: 'fresh', policy: 'nightly', rpoSeconds: 93_600 };
const missed: CoverageRecord = { code: 'last_attempt_failed', policy: 'nightly', missedSince: '2026-05-02T04:00:00Z' };

function expose(claims: Readonly<Record<string, CoverageRecord>>, more: Partial<StoredState> = {}): string[] {
  const records = new Map([['shop', new Map(Object.entries(claims))]]);
  const at = (_namespace: string, claim: string) => (claim === 'data' ? new Date('2026-05-02T02:00:00Z') : undefined);
  const state = { coverage: { records, newestAt: at }, verifiedAt: new Map(), policies: 1, now };
  return gaugesOf({ ...state, evaluatedAt: '2026-05-02T11:17:00.000Z', ...more }).flatMap((gauge) =>
    gaugeText(gauge)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
}

describe('the gauges of the claims', () => {
  it('say of each claim its newest data, its objective, its state, and what is overdue', () => {
    const late = { ...fresh, proveBy: '2026-05-02T11:00:00.000Z' };
    const verifiedAt = new Map([['shop/data', '2026-05-01T00:00:00.000Z']]);
    expect(expose({ data: fresh, late, missed }, { verifiedAt })).toEqual([
      'soteria_claim_last_success_timestamp_seconds{namespace="shop",pvc="data"} 1777687200',
      'soteria_claim_last_verified_timestamp_seconds{namespace="shop",pvc="data"} 1777593600',
      'soteria_claim_rpo_seconds{namespace="shop",pvc="data"} 93600',
      'soteria_claim_rpo_seconds{namespace="shop",pvc="late"} 93600',
      'soteria_claim_overdue{namespace="shop",pvc="missed"} 1',
      'soteria_claim_overdue{namespace="shop",pvc="data"} 0',
      'soteria_claim_overdue{namespace="shop",pvc="late"} 0',
      'soteria_claim_proof_overdue{namespace="shop",pvc="missed"} 0',
      'soteria_claim_proof_overdue{namespace="shop",pvc="data"} 0',
      'soteria_claim_proof_overdue{namespace="shop",pvc="late"} 1',
      'soteria_claim_state{namespace="shop",pvc="missed",state="skipped"} 1',
      'soteria_claim_state{namespace="shop",pvc="data",state="not_due"} 1',
      'soteria_claim_state{namespace="shop",pvc="late",state="not_due"} 1',
      'soteria_claims{state="due"} 0',
      'soteria_claims{state="running"} 0',
      'soteria_claims{state="not_due"} 2',
      'soteria_claims{state="skipped"} 1',
      'soteria_claims{state="unprotected"} 0',
      'soteria_claims_overdue 1',
      'soteria_claims_without_series 0',
      'soteria_coverage_percent 66',
      'soteria_policies 1',
      'soteria_last_evaluation_timestamp_seconds 1777720620',
    ]);
  });

  it('are bounded: what is overdue comes first, and the others are counted', () => {
    const many = Object.fromEntries(Array.from({ length: 1_200 }, (_none, index) => [`c${index}`, fresh]));
    const lines = expose({ ...many, z: missed });
    expect(lines.filter((line) => line.startsWith('soteria_claim_state'))).toHaveLength(1_000);
    expect(lines).toContain('soteria_claim_overdue{namespace="shop",pvc="z"} 1');
    expect(lines).toContain('soteria_claims_without_series 201');
  });

  it('say of an installation without policies that it has none, and nothing of evaluations', () => {
    const lines = expose({}, { policies: 0 });
    expect(lines).toContain('soteria_policies 0');
    expect(lines.some((line) => /percent|evaluation/.test(line))).toBe(false);
  });
});
