/** `POST /v1/restores/namespace`: the plan of a dry run, or a recorded Operation that makes a Restore of each claim. */
import { randomUUID } from 'node:crypto';
import { type NamespaceRestoreRequest, namespaceRestoreRequest } from '@soteria/shared/events/catalogue.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import { askForRestore, imagined, wishOfNamespace } from '../ask.ts';
import { lookAt } from '../longhorn/look-at.ts';
import type { World } from '../longhorn/world.ts';
import { planOfNamespace } from '../namespace/decide-namespace.ts';
import type { RestoreTools } from '../tools.ts';
import { type Answer, begin } from './ask-http.ts';
import { authorizeWish } from './authorize-restore.ts';
import { parseBody } from './parse-body.ts';

const example =
  '{"namespace": "…", "target_namespace": "…"}; optional members: as_of, cluster_id, pvcs, name_prefix, name_suffix, ' +
  'storage_class, dry_run';

export function parseNamespaceRequest(body: unknown): NamespaceRestoreRequest {
  return parseBody(namespaceRestoreRequest, body, example);
}

export async function askForNamespace(
  tools: RestoreTools,
  body: unknown,
  idempotencyKey: string | undefined,
  incoming: Incoming,
): Promise<Answer> {
  const request = parseNamespaceRequest(body);
  const wish = wishOfNamespace(request);
  await authorizeWish(tools, wish, incoming);
  const { caller, receivedAt: at, signal } = incoming;
  const about = { namespace: request.namespace, target_namespace: request.target_namespace };
  if (request.dry_run === true) {
    const operation = imagined(wish, at);
    let world: World = {};
    for (const place of ['points', 'ownClusters', 'claims'] as const) {
      world = await lookAt(tools, { operation, world }, place, signal);
    }
    const taken = new Set(world.claims?.seen?.map(({ metadata }) => metadata.name));
    const plan = planOfNamespace({ operation, world, now: at });
    const claims = plan.flatMap(({ pvc, targetPvc, point, isThere }) => {
      if ('why' in point) return [];
      const blocked = !isThere && taken.has(targetPvc) ? 'target_exists' : null;
      const chosen = { restore_point: point.id, data_as_of: point.dataAsOf ?? null };
      return [{ pvc, target_pvc: targetPvc, ...chosen, already_restored: isThere, blocked_by: blocked }];
    });
    const without = plan.flatMap(({ pvc, point }) => ('why' in point ? [{ pvc, why: point.why }] : []));
    return { status: 200, body: { ...about, dry_run: true, operation: null, claims, without_point: without } };
  }
  const identity = `http:${caller.user}:${idempotencyKey ?? randomUUID()}`;
  const requestedBy = { user: caller.user, via: 'http' as const };
  const isRepeatable = idempotencyKey !== undefined;
  const asking = { ...wish, identity, isRepeatable, requestedBy, cause: { id: identity }, at };
  const { operation, how } = await begin(tools, await askForRestore(tools.store, asking, signal), incoming);
  const { name } = operation.metadata;
  const { phase, message, error = null } = statusOf(operation);
  return {
    status: 202,
    location: `/v1/restores/${name}?namespace=${request.target_namespace}`,
    body: {
      ...about,
      dry_run: false,
      operation: name,
      job_name: name,
      phase,
      message,
      error,
      repeated: how === 'repeat',
    },
  };
}
