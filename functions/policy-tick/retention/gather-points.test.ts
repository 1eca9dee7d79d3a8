import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { ClaimProof, Judgement } from '@soteria/shared/restore-points/claim-proof.ts';
import { judgeBy } from '@soteria/shared/restore-points/judge-points.ts';
import type { PointFacts } from '@soteria/shared/restore-points/port.ts';
import { restorePointOf } from '@soteria/shared/restore-points/restore-point.ts';
import { describe, expect, it } from 'vitest';
import { resolvePolicy } from '../policy/resolve-policy.ts';
import { type ClaimPoints, decideClaimRetention, type PointsSeen, pointsByPolicy } from './gather-points.ts';

const now = new Date('2026-05-10T12:00:00Z');
const circumstances = { now, hindrances: [] };

/** Of the day of May, at midnight; id `point-<day>`. */
function point(day: number, facts: Partial<PointFacts> = {}) {
  const at = `2026-05-${String(day).padStart(2, '0')}T00:00:00Z`;
  const all: PointFacts = {
    id: `point-${day}`,
    driver: 'longhorn',
    name: `point-${day}`,
    snapshot: null,
    namespace: 'shop',
    pvc: 'data',
    volume: 'v',
    target: 'default',
    url: null,
    made_by: 'soteria',
    cluster_id: 'cluster-1',
    cluster_uid: null,
    data_as_of: at,
    completed_at: at,
    size_bytes: null,
    uploaded_bytes: null,
    state: 'Completed',
    policy: 'nightly',
    held: false,
    consistency: 'crash',
    mode: null,
    tags: [],
    ...facts,
  };
  return restorePointOf(all, { id: 'cluster-1', adopted: [] });
}

const judged = (day: number, outcome: Judgement['outcome'], strength = 'checksums'): Judgement => ({
  point: `point-${day}`,
  outcome,
  at: `2026-05-0${day}T0${outcome === 'verified' ? 1 : 2}:00:00Z`,
  strength,
});
const proofOf = (...points: Judgement[]): ClaimProof => ({ namespace: 'shop', pvc: 'data', points });

function backup(day: number, phase: string): Operation {
  return {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { namespace: 'shop', name: `b-${day}`, creationTimestamp: `2026-05-0${day}T00:00:00Z` },
    spec: { kind: 'Backup', request: { pvc: 'data', policy: 'nightly' } },
    status: { phase, progress: 0, message: '', steps: [] },
  } as unknown as Operation;
}

function gather(seen: Partial<PointsSeen> & Pick<PointsSeen, 'points'>): ReadonlyMap<string, ClaimPoints[]> {
  const proofs = seen.proofs ?? [];
  const points = seen.points.map((one) => judgeBy(proofs)(one));
  return pointsByPolicy({ backups: [], liveVolumes: new Map([['shop/data', 'v']]), ...seen, proofs, points });
}

function decide(given: Parameters<typeof gather>[0], retention: object | undefined = { keepLast: 1 }) {
  const [of] = gather(given).get('nightly') ?? [];
  if (of === undefined) throw new Error('the policy has no point');
  const policy = resolvePolicy({ id: 'nightly', schedule: '0 2 * * *', ...(retention ? { retention } : {}) });
  const { keep, expired, heldBack } = decideClaimRetention(policy, of, circumstances);
  return {
    keep: keep.map(({ id, why }) => `${id}: ${why.map(({ code }) => code).join(' ')}`),
    expired: expired.map(({ id }) => id),
    heldBack,
  };
}

describe('the points of a policy', () => {
  it('are its own of this installation, claim by claim; those without an instant are still being made', () => {
    const found = gather({
      points: [
        point(1),
        point(2, { policy: null }),
        point(3, { policy: 'hourly' }),
        point(4, { cluster_id: 'cluster-2' }),
        point(5, { made_by: 'recurring-job' }),
        point(6, { data_as_of: null }),
        point(7, { pvc: 'logs' }),
      ],
    });
    const shown = [...found].map(([policy, claims]) => [policy, claims.map((one) => [one.pvc, one.points.length])]);
    expect(shown).toEqual([
      [
        'nightly',
        [
          ['data', 1],
          ['logs', 1],
        ],
      ],
      ['hourly', [['data', 1]]],
    ]);
  });

  it('are kept and deleted as the rule says, each with its reasons', () => {
    expect(decide({ points: [point(1), point(2, { held: true }), point(3), point(4)] }, { keepLast: 2 })).toEqual({
      keep: ['point-4: last newest', 'point-3: last', 'point-2: held'],
      expired: ['point-1'],
      heldBack: [],
    });
  });

  it('count as absent once refuted; the last verified one stays, also when a weaker check disputes it', () => {
    const points = [point(1), point(2), point(3), point(4)];
    expect(decide({ points, proofs: [proofOf(judged(3, 'refuted'), judged(1, 'verified'))] })).toEqual({
      keep: ['point-4: last newest', 'point-1: last_verified'],
      expired: ['point-2', 'point-3'],
      heldBack: [],
    });
    const disputed = proofOf(judged(1, 'verified'), judged(1, 'refuted', 'counts'));
    expect(decide({ points, proofs: [disputed] }).keep).toContain('point-1: last_verified');
  });

  it('of an earlier volume are decided by themselves: those of a new claim of the same name push none of them out', () => {
    const points = [point(1, { volume: 'old' }), point(2, { volume: 'old' }), point(3), point(4)];
    const found = gather({ points }).get('nightly') ?? [];
    expect(found.map(({ volume, isDeleted }) => [volume, isDeleted])).toEqual([
      ['old', true],
      ['v', false],
    ]);
    expect(decide({ points }).keep).toEqual(['point-2: last claim_deleted newest', 'point-1: claim_deleted']);
  });

  it('all stay while the newest attempt of the claim has failed, whoever asked for it', () => {
    const byHand = backup(5, 'Failed');
    delete byHand.spec.request.policy;
    const points = [point(1), point(2)];
    expect(decide({ points, backups: [backup(4, 'Succeeded'), byHand] }).heldBack).toEqual(['newest_attempt_failed']);
  });

  it('all stay while the newest attempt of the policy has failed; a skipped one is no attempt', () => {
    const points = [point(1), point(2)];
    const failed = [backup(1, 'Succeeded'), backup(3, 'Failed'), backup(4, 'Skipped')];
    expect(decide({ points, backups: failed })).toMatchObject({
      expired: ['point-1'],
      heldBack: ['newest_attempt_failed'],
    });
    expect(decide({ points, backups: [...failed, backup(5, 'Succeeded')] }).heldBack).toEqual([]);
  });

  it('need a yes before more than the share goes that the policy sets', () => {
    const points = [point(1), point(2), point(3)];
    expect(decide({ points }).heldBack).toEqual(['breaker']);
    expect(decide({ points }, { keepLast: 1, breaker: 70 }).heldBack).toEqual([]);
    // A share of few points is less than one: one may go all the same.
    expect(decide({ points: [point(1), point(2)] }, { keepLast: 1, breaker: 10 }).heldBack).toEqual([]);
  });

  it('of a deleted claim stay, unless retainDeleted says for how long', () => {
    const gone = { points: [point(1), point(2)], liveVolumes: new Map<string, string>() };
    expect(decide(gone).expired).toEqual([]);
    expect(decide(gone).keep).toContain('point-1: claim_deleted');
    expect(decide(gone, { keepLast: 1, retainDeleted: '30d' }).expired).toEqual([]);
    expect(decide(gone, { keepLast: 1, retainDeleted: '7d' })).toMatchObject({
      keep: ['point-2: last newest'],
      expired: ['point-1'],
    });
  });
});
