/** Which Operation answers a request that was recorded before, or several times at once (`record-once.ts`, invariants). Pure. */
import { isDeepStrictEqual } from 'node:util';
import { SoteriaError } from '../../errors.ts';
import type { Origin, RequestedOperation } from './requested-operation.ts';
import { isTerminal, type Operation } from './schema.ts';
import { byAge } from './store.ts';

/** True of the Operation that answers this identity: its own, or one that the request has joined. */
export function answers(identity: string) {
  return ({ spec, status }: Operation): boolean =>
    spec.identity === identity || status?.joined?.includes(identity) === true;
}

const isSkipped = ({ status }: Operation): boolean => status?.phase === 'Skipped';

/**
 * The Operation that answers the same request instead of this one, which nobody has moved yet. Every process that looks decides the
 * same of two: `resourceVersion` grows with every write, so until its first status it tells which one was stored first.
 */
export function findFirstOf(operation: Operation, operations: readonly Operation[]): Operation | undefined {
  const { identity } = operation.spec;
  if (identity === undefined) return undefined;
  const same = operations.filter((one) => !isSkipped(one) && answers(identity)(one));
  const goesBefore = (other: Operation, one: Operation): boolean => {
    if (other.metadata.uid === one.metadata.uid) return false;
    if (other.spec.identity !== identity) return one.spec.identity === identity;
    if (one.status !== undefined) return false;
    if (hasEndedUnbegun(other)) return byAge(other, one) < 0;
    return other.status !== undefined || wasStoredBefore(other, one);
  };
  const [first] = same.filter((one) => !same.some((other) => goesBefore(other, one))).toSorted(byAge);
  return first !== undefined && goesBefore(first, operation) ? first : undefined;
}

/** It decides no more: whether it answers for another that would run is a matter of age alone. */
function hasEndedUnbegun({ status }: Operation): boolean {
  return isTerminal(status?.phase) && status?.phase !== 'Succeeded' && status?.startedAt === undefined;
}

function wasStoredBefore(other: Operation, operation: Operation): boolean {
  return BigInt(other.metadata.resourceVersion) < BigInt(operation.metadata.resourceVersion);
}

/**
 * The Operation among these that answers the request already (invariant 1): the one that stays, where several were recorded at once.
 * Throws `conflict` when the caller's key belongs to another request (invariant 3).
 */
export function findRepeat(
  operations: readonly Operation[],
  requested: RequestedOperation,
  { identity, requestedBy }: Pick<Origin, 'identity' | 'requestedBy'>,
): Operation | undefined {
  const same = operations.filter(answers(identity)).toSorted(byAge);
  const known = same.find((one) => !isSkipped(one) && findFirstOf(one, same) === undefined) ?? same.at(0);
  if (known !== undefined && requestedBy.via === 'http') refuseOtherRequest(known, requested);
  return known;
}

export function repeats(operation: Operation, first: Operation): SoteriaError {
  return new SoteriaError('conflict', {
    what: `operation ${operation.metadata.name} was not run`,
    why: `${first.metadata.name} answers the same request: the two were recorded at the same time`,
    fix: `no action is needed; look at operation ${first.metadata.name}`,
  });
}

/** As the callers of HTTP and events write it. */
const onTheWire = (member: string): string => member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function differences(known: Operation, { kind, request }: RequestedOperation): string[] {
  if (known.spec.kind !== kind) return [`kind (${known.spec.kind}, not ${kind})`];
  const before: Readonly<Record<string, unknown>> = known.spec.request;
  const now: Readonly<Record<string, unknown>> = request;
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((member) => !isDeepStrictEqual(before[member], now[member]))
    .map(onTheWire);
}

function refuseOtherRequest(known: Operation, requested: RequestedOperation): void {
  const members = differences(known, requested);
  if (members.length === 0) return;
  throw new SoteriaError(
    'conflict',
    {
      what: 'nothing was recorded',
      why: `this Idempotency-Key belongs to another request, operation ${known.metadata.name}, which differs in ${members.join(', ')}`,
      fix: 'send a new key with a new request, or the same request again with this key',
    },
    { details: { operation: known.metadata.name, differs_in: members } },
  );
}
