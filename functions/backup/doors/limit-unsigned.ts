/**
 * What an unsigned event may cost: anybody who reaches the Broker can send one. Each claim is bounded by the minute, each namespace by
 * what waits in it, and a claim that is not there is not even recorded: made-up names would leave a record each.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupRequest } from '@soteria/shared/operation/kinds/Backup.ts';
import { answers } from '@soteria/shared/operation/record/find-repeat.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { waitingSelector } from '@soteria/shared/operation/queue/waiting-line.ts';
import { isJoinable, requestOf } from '../ask.ts';
import { whyClaimNot } from '../../../drivers/backup/why-claim-not.ts';
import type { BackupTools } from '../tools.ts';

/** One backup of a claim. */
const intervalMs = 60_000;
/** So many of one namespace wait at most, whatever their claims. */
export const maxWaiting = 20;

const isUnsigned = ({ spec }: Operation): boolean =>
  spec.requestedBy?.user === 'anonymous' && spec.requestedBy.via === 'event';

function tooMany({ namespace, pvc }: BackupRequest, why: string): SoteriaError {
  const what = `claim ${namespace}/${pvc} was not backed up`;
  return new SoteriaError(
    'rate_limited',
    { what, why, fix: 'wait a minute, or sign the event' },
    { retryAfterSeconds: 60 },
  );
}

/** What it joins costs nothing; all else would be one more backup, also while others still wait. */
function refuseOften(peers: readonly Operation[], request: BackupRequest, now: Date): void {
  const recent = peers.find(
    (peer) =>
      isUnsigned(peer) &&
      !isJoinable(peer, requestOf(request)) &&
      now.getTime() - Date.parse(peer.metadata.creationTimestamp) < intervalMs,
  );
  if (recent === undefined) return;
  throw tooMany(request, `unsigned events may ask for one backup a minute; ${recent.metadata.name} was the last`);
}

/** A repeat of what is recorded, and what joins it, costs nothing and passes. */
export async function limitUnsigned(
  { store, cluster, now }: Pick<BackupTools, 'store' | 'cluster' | 'now'>,
  request: BackupRequest,
  identity: string,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, pvc } = request;
  const [peers, claim] = await Promise.all([
    store.listOfClaim(namespace, pvc, signal),
    cluster.getClaim(namespace, pvc, signal),
  ]);
  if (peers.some(answers(identity))) return;
  if (claim === undefined) {
    const missing = whyClaimNot({ namespace, pvc }, { seen: undefined });
    if (missing !== undefined) throw missing;
  }
  refuseOften(peers, request, now());
  if (peers.some((peer) => isJoinable(peer, requestOf(request)))) return;
  const waiting = await store.list({ namespace, fieldSelector: waitingSelector }, signal);
  const count = waiting.filter(isUnsigned).length;
  if (count >= maxWaiting) {
    throw tooMany(
      request,
      `${count} backups that unsigned events have asked for wait in namespace ${namespace} already`,
    );
  }
}
