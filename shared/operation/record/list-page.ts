/** A page of the list of Operations, newest first. However many Operations there are, it holds one page and one Operation more. */
import type { Operation, Phase } from './schema.ts';
import { statusOf } from './status.ts';
import { byAge, type OperationStore } from './store.ts';

/** Where a page begins: after the Operation with this creation time and uid. */
export type AfterOperation = readonly [creationTimestamp: string, uid: string];

export interface PageQuery {
  readonly namespace?: string | undefined;
  readonly phase?: Phase | undefined;
  readonly limit: number;
  readonly after?: AfterOperation | undefined;
  readonly isListed: (operation: Operation) => boolean;
}

export interface OperationPage {
  readonly operations: readonly Operation[];
  /** Undefined: this page is the last. */
  readonly next: AfterOperation | undefined;
}

export async function listPage(
  store: Pick<OperationStore, 'each'>,
  { namespace, phase, limit, after, isListed }: PageQuery,
  signal?: AbortSignal,
): Promise<OperationPage> {
  // An Operation that no function has looked at yet has no phase: it is Pending.
  const fieldSelector = phase === undefined || phase === 'Pending' ? undefined : `status.phase=${phase}`;
  const newest: Operation[] = [];
  for await (const operation of store.each({ namespace, fieldSelector }, signal)) {
    if (phase !== undefined && statusOf(operation).phase !== phase) continue;
    if (!isListed(operation) || (after !== undefined && !isOlder(operation, after))) continue;
    newest.splice(placeOf(newest, operation), 0, operation);
    if (newest.length > limit + 1) newest.pop();
  }
  const operations = newest.slice(0, limit);
  const last = operations.at(-1)?.metadata;
  const hasMore = newest.length > limit && last !== undefined;
  return { operations, next: hasMore ? [last.creationTimestamp, last.uid] : undefined };
}

function isOlder({ metadata }: Operation, [creationTimestamp, uid]: AfterOperation): boolean {
  if (metadata.creationTimestamp !== creationTimestamp) return metadata.creationTimestamp < creationTimestamp;
  return metadata.uid.localeCompare(uid) < 0;
}

/** Finds the place in a list with the newest first, by halving. */
function placeOf(newest: readonly Operation[], operation: Operation): number {
  let low = 0;
  let high = newest.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = newest[middle];
    if (there !== undefined && byAge(there, operation) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
