/** `POST /v1/backups/adopt`: takes over another cluster's restore points, without copying a byte. */
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { AdoptAnswer } from '@soteria/shared/http-contract/request-answers.ts';
import { toBlocker } from '@soteria/shared/operation/record/why-not-recorded.ts';
import { adoptRequest } from '@soteria/shared/http-contract/queries.ts';
import type { Answer } from './ask-http.ts';
import { parseBody } from './parse-body.ts';
import type { RestoreTools } from '../tools.ts';
import { decideAdoption } from '../adopt/decide-adoption.ts';

const example = '{"cluster_id": "…"}; optional members: is_gone, dry_run';

export async function adoptCluster(tools: RestoreTools, body: unknown, incoming: Incoming): Promise<Answer> {
  const {
    cluster_id: clusterId,
    is_gone: isGone = false,
    dry_run: isDryRun = false,
  } = parseBody(adoptRequest, body, example, 'an adoption');
  const { caller, signal } = incoming;
  // It changes whose points are looked at in every namespace, and which may be thinned out.
  await tools.authorize(caller, { verb: 'create', namespace: undefined }, signal);
  const [self, { adopted }, listed] = await Promise.all([
    tools.cluster.identity(signal),
    tools.cluster.ownClusters(signal),
    Promise.all(Object.values(tools.drivers).map((driver) => driver.listPoints(signal))),
  ]);
  const now = tools.now();
  const points = listed.flat();
  const { survey, isAdopted, blockers } = decideAdoption({ clusterId, isGone, points, self, adopted, now });
  const told: AdoptAnswer = {
    cluster_id: clusterId,
    this_cluster: self.id,
    dry_run: isDryRun,
    ...survey,
    already_adopted: isAdopted,
    adopted_by: null,
    adopted_at: null,
    blocked_by: blockers.map(toBlocker),
  };
  if (isDryRun) return { status: 200, body: told };
  const [blocker] = blockers;
  if (blocker !== undefined) throw blocker;
  const record = { clusterId, adoptedBy: caller.user, adoptedAt: now.toISOString() };
  const { cluster, isNew } = await tools.adoptions.keep(record, signal);
  incoming.log.info('cluster_adopted', { cluster: clusterId, points: survey.points, isNew, requestedBy: caller.user });
  const { adoptedBy, adoptedAt } = cluster;
  const answer: AdoptAnswer = { ...told, already_adopted: !isNew, adopted_by: adoptedBy, adopted_at: adoptedAt };
  return { status: 200, body: answer };
}
