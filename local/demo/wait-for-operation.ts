/** Follows one Operation by HTTP until it has ended. */
import type { AnswerOf } from '@soteria/shared/http-contract/call-route.ts';
import type { DemoCaller } from './caller.ts';
import { waitFor } from './wait-for.ts';

export type OperationView = AnswerOf<'GET /v1/operations'>['items'][number];

export async function listOperations(caller: DemoCaller, namespace: string): Promise<readonly OperationView[]> {
  return (await caller.call('GET /v1/operations', { query: { namespace } })).items;
}

export const hasEnded = ({ phase }: OperationView): boolean =>
  ['Succeeded', 'Failed', 'Skipped', 'Cancelled'].includes(phase);

/** The first Operation that is not among `known`, once it has ended; throws after `timeoutMs`. */
export async function waitForNewOperation(
  caller: DemoCaller,
  namespace: string,
  known: ReadonlySet<string>,
  timeoutMs: number,
): Promise<OperationView> {
  return waitFor(timeoutMs, async (missing) => {
    const fresh = (await listOperations(caller, namespace)).find(({ name }) => !known.has(name));
    if (fresh === undefined) return missing('no Operation has appeared');
    return hasEnded(fresh) ? fresh : missing(`${fresh.name} is ${fresh.phase}: ${fresh.message}`);
  });
}
