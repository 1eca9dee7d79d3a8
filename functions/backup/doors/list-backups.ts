/** `GET /v1/backups?namespace&pvc&limit&next`: every restore point, own and foreign; the first of a claim is what `latest` means. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { decodeCursor, encodeCursor } from '@soteria/shared/function/page-cursor.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { backupsQuery } from '@soteria/shared/http-contract/queries.ts';
import type * as z from 'zod';
import type { RestorePoint } from '@soteria/shared/restore-points/restore-point.ts';
import { judgeBy } from '@soteria/shared/restore-points/judge-points.ts';
import { restorePointOf } from '@soteria/shared/restore-points/restore-point.ts';
import { pageOfPoints } from '@soteria/shared/restore-points/list-points.ts';
import { besideClaim, claimView, noticesOf } from '@soteria/shared/restore-points/present-claim.ts';
import { isOfClaim } from '@soteria/shared/restore-points/of-claim.ts';
import { inOrder } from '@soteria/shared/restore-points/order.ts';
import { whySharedId } from '@soteria/shared/restore-points/shared-cluster-id.ts';
import type { Blocker } from '@soteria/shared/http-contract/parts.ts';
import { toBlocker } from '@soteria/shared/operation/record/why-not-recorded.ts';
import type { ClaimRef } from '@soteria/shared/operation/record/claim-ref.ts';
import type { BackupDriver } from '../../../drivers/backup/driver.ts';
import type { BackupTools } from '../tools.ts';

export interface BackupList {
  /** What stands under the claim that was asked for: the live volume, else the newest point's. */
  readonly volume: string | null;
  /** The claim that was asked for, as it is now; null when it is gone, or when it is not the list of one claim. */
  readonly claim: ReturnType<typeof claimView>;
  /** What a person should know before relying on the first point. */
  readonly notices: readonly string[];
  readonly items: readonly RestorePoint[];
  readonly next?: string;
  /** What stands against trusting the list: another living cluster under the same id. Left out when there is nothing. */
  readonly problems?: readonly Blocker[];
}

function queryFrom(raw: unknown): z.infer<typeof backupsQuery> {
  const parsed = backupsQuery.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new SoteriaError('invalid_request', {
    what: 'the list of backups cannot be given',
    why: problemsOf(parsed.error, 'the query').join('; '),
    fix: 'allowed are namespace, pvc, limit (1 to 1000) and next',
  });
}

function isListed(
  point: Pick<RestorePoint, 'namespace' | 'pvc' | 'volume'>,
  { namespace, pvc }: z.infer<typeof backupsQuery>,
  live: string | undefined,
): boolean {
  if (namespace !== undefined && pvc !== undefined) return isOfClaim(point, { namespace, pvc }, live);
  return (namespace === undefined || point.namespace === namespace) && (pvc === undefined || point.pvc === pvc);
}

/** The claim as each driver sees it: each has a name of its own for what stands under it. Undefined: there is no such claim. */
async function presentClaimsOf(drivers: readonly BackupDriver[], ref: ClaimRef, signal: AbortSignal) {
  const seen = drivers.map(async (driver) => [driver.name, await driver.presentClaim(ref, signal)] as const);
  return new Map(await Promise.all(seen));
}

export async function listBackups(tools: BackupTools, rawQuery: unknown, incoming: Incoming): Promise<BackupList> {
  const query = queryFrom(rawQuery);
  const drivers = Object.values(tools.drivers);
  const { namespace, pvc } = query;
  await tools.authorize(incoming.caller, { verb: 'list', namespace }, incoming.signal);
  const [listed, own, self, verified, claims] = await Promise.all([
    Promise.all(drivers.map((driver) => driver.listPoints(incoming.signal))),
    tools.cluster.ownClusters(incoming.signal),
    tools.cluster.identity(incoming.signal),
    namespace === undefined || pvc === undefined
      ? tools.verified.proofs(incoming.signal)
      : tools.verified.proofOf(namespace, pvc, incoming.signal).then((proof) => (proof === undefined ? [] : [proof])),
    // The claim may be gone: then there is none, and the points speak for themselves.
    namespace === undefined || pvc === undefined
      ? undefined
      : presentClaimsOf(drivers, { namespace, pvc }, incoming.signal),
  ]);
  const judge = judgeBy(verified);
  const facts = listed.flat();
  const points = facts
    .filter((fact) => isListed(fact, query, claims?.get(fact.driver)?.volume))
    .map((fact) => restorePointOf(fact, own));
  const ordered = inOrder(points, (point) => point).map((point) =>
    besideClaim(judge(point), claims?.get(point.driver)),
  );
  const seen = [...(claims?.values() ?? [])];
  const claim = seen.find((one) => one?.volume !== undefined) ?? seen[0];
  const live = claim?.volume;
  const after = query.next === undefined ? undefined : decodeCursor(query.next, 'the list of backups');
  const { items, next } = pageOfPoints(ordered, { limit: query.limit, after });
  const shared = whySharedId(facts, self, tools.now());
  return {
    volume: live ?? (namespace === undefined || pvc === undefined ? null : (ordered[0]?.volume ?? null)),
    claim: claimView(claim),
    notices: noticesOf(ordered[0], (ordered[0] && claims?.get(ordered[0].driver)) ?? claim),
    items,
    ...(next === undefined ? {} : { next: encodeCursor(next) }),
    ...(shared === undefined ? {} : { problems: [toBlocker(shared)] }),
  };
}
