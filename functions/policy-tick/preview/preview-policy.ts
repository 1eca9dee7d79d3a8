/** The preview of a policy: its schedule from the policy alone, the rest from the cluster as it is now. Reads, and writes nothing. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { decodeCursor } from '@soteria/shared/function/page-cursor.ts';
import type { PolicyPreviewAnswer } from '@soteria/shared/http-contract/policy-answers.ts';
import type { previewQuery } from '@soteria/shared/http-contract/queries.ts';
import type * as z from 'zod';
import { gatherClaims } from '../evaluate/gather-claims.ts';
import { lookAtCluster } from '../evaluate/look-at-cluster.ts';
import { planPrunes } from '../evaluate/plan-prunes.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import { readPolicyMemory } from '../store/policy-memory.ts';
import type { PolicyTickTools } from '../tools.ts';
import { measuredMs, previewLoad } from './preview-load.ts';
import { previewMatches } from './preview-matches.ts';
import { previewRetention } from './preview-retention.ts';
import { previewSchedule } from './preview-schedule.ts';

export type PreviewQuery = z.infer<typeof previewQuery>;
type Answer = Omit<PolicyPreviewAnswer, 'paused'>;

export async function previewResolved(
  tools: PolicyTickTools,
  policy: ResolvedPolicy,
  { query, incoming }: { readonly query: PreviewQuery; readonly incoming: Incoming },
): Promise<Answer> {
  const pages = pagesOf(query);
  const schedule = previewSchedule(policy, tools.now());
  if (!(await maySeeAllClaims(tools, incoming))) {
    const hidden = 'Claims and restore points are left out: you may not list operations.soteria.dev in all namespaces.';
    return { ...schedule, matches: null, retention: null, feasibility: null, warnings: [...schedule.warnings, hidden] };
  }
  const now = tools.now();
  const { signal } = incoming;
  const listOperations = () => tools.store.list({}, signal);
  const cluster = await tools.loadCluster();
  const [seen, memory] = await Promise.all([
    lookAtCluster(cluster, listOperations, signal),
    readPolicyMemory(tools.client, tools.namespace, signal),
  ]);
  const plans = await planPrunes(cluster, { policies: [policy], seen, memory }, signal);
  const { answer: matches, matching } = previewMatches(policy, gatherClaims(seen, now).namespaces, pages.matches);
  const backups = seen.operations.filter(({ spec }) => spec.kind === 'Backup');
  const measured = measuredMs(backups, seen.points);
  const usable = matching.filter(({ obstacle }) => obstacle === undefined);
  return {
    ...schedule,
    matches,
    retention: previewRetention(plans, pages.points),
    feasibility: previewLoad(policy, schedule.runs, {
      claimMs: usable.map(({ namespace, name }) => measured.get(`${namespace}/${name}`)),
      maxParallel: tools.maxParallel,
    }),
    warnings: [...schedule.warnings, ...claimWarnings(matching.length, usable.length)],
  };
}

function pagesOf({ limit, matched, matches_next: matches, decision, points_next: points }: PreviewQuery) {
  return {
    matches: {
      limit,
      isMatched: matched === undefined ? undefined : matched === 'true',
      after: matches === undefined ? undefined : decodeCursor(matches, 'the list of claims'),
    },
    points: {
      limit,
      decision,
      after: points === undefined ? undefined : decodeCursor(points, 'the list of restore points'),
    },
  };
}

async function maySeeAllClaims({ authorize }: PolicyTickTools, { caller, signal }: Incoming): Promise<boolean> {
  try {
    await authorize(caller, { verb: 'list' }, signal);
    return true;
  } catch (error) {
    if (error instanceof SoteriaError && error.code === 'forbidden') return false;
    throw error;
  }
}

function claimWarnings(matching: number, usable: number): string[] {
  if (matching === 0) return ['No claim matches the policy now.'];
  const stuck = matching - usable;
  return stuck === 0 ? [] : [`Of ${matching} matching claims ${stuck} cannot be backed up now: each has an obstacle.`];
}
