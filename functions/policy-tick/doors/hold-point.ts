/** `POST /v1/backups/hold` and `/release`: no retention deletes a point that a person holds. Who may ask for backups of a claim may hold its points. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { HoldAnswer } from '@soteria/shared/http-contract/policy-answers.ts';
import { holdRequest, releaseRequest } from '@soteria/shared/http-contract/queries.ts';
import { createHolds } from '../prune/holds.ts';
import type { StoredPoint } from '../prune/prunable-points.ts';
import type { PolicyTickTools } from '../tools.ts';
import { readBody } from './read-body.ts';

interface Named {
  readonly namespace: string;
  readonly point: string;
}

/** A point of another namespace is as absent as one that is not there: the caller was asked about the rights in this namespace. */
async function findPoint(
  tools: PolicyTickTools,
  { namespace, point: id }: Named,
  { caller, signal }: Incoming,
): Promise<StoredPoint> {
  await tools.authorize(caller, { verb: 'create', namespace }, signal);
  const point = await (await tools.loadPrune()).points.find(id, signal);
  if (point !== undefined && point.facts.namespace === namespace) return point;
  throw new SoteriaError('restore_point_not_found', {
    what: `restore point ${id} was not found`,
    why: `no claim of namespace ${namespace} has a point of this id`,
    fix: `list them with GET /v1/backups?namespace=${namespace}`,
  });
}

export async function holdPoint(tools: PolicyTickTools, body: unknown, incoming: Incoming): Promise<HoldAnswer> {
  const asked = readBody(holdRequest, body, 'the point is not held');
  const point = await findPoint(tools, asked, incoming);
  const { signal } = incoming;
  if (point.isDeleting) {
    throw new SoteriaError('conflict', {
      what: `restore point ${asked.point} is not held`,
      why: 'it is being deleted',
      fix: 'hold another point of the claim',
    });
  }
  const holds = createHolds(tools.client, tools.namespace);
  const { reason } = asked;
  const hold = { point: asked.point, by: incoming.caller.user, at: incoming.receivedAt.toISOString() };
  await holds.keep(reason === undefined ? hold : { ...hold, reason }, signal);
  // People see it there. It also stops a deletion that was decided a moment before, which names the version of the Backup that it has read.
  await (await tools.loadPrune()).points.markHeld(point, true, signal);
  const kept = (await holds.list(signal)).get(asked.point);
  return {
    point: asked.point,
    held: true,
    by: kept?.by ?? null,
    at: kept?.at ?? null,
    reason: kept?.reason ?? null,
  };
}

export async function releasePoint(tools: PolicyTickTools, body: unknown, incoming: Incoming): Promise<HoldAnswer> {
  const asked = readBody(releaseRequest, body, 'the point is not released');
  const point = await findPoint(tools, asked, incoming);
  await (await tools.loadPrune()).points.markHeld(point, false, incoming.signal);
  await createHolds(tools.client, tools.namespace).release(asked.point, incoming.signal);
  return { point: asked.point, held: false, by: null, at: null, reason: null };
}
