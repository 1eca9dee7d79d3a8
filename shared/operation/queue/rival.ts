/** Two open Operations of one kind about one claim: which of them goes first? Pure. */
import { isTerminal, type Operation } from '../record/schema.ts';
import { byAge } from '../record/store.ts';

/** `peers`: Operations about the same claim. The one that must end before `operation` may start: a running one, or an older one. */
export function rivalOf(operation: Operation, peers: readonly Operation[]): Operation | undefined {
  return peers.find(
    (peer) =>
      peer.metadata.uid !== operation.metadata.uid &&
      peer.spec.kind === operation.spec.kind &&
      !isTerminal(peer.status?.phase) &&
      (peer.status?.phase === 'Running' || byAge(peer, operation) < 0),
  );
}
