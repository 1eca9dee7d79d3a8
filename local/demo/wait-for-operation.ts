/** Follows one Operation by HTTP until it has ended. */
import { setTimeout as wait } from 'node:timers/promises';
import type { AnswerOf } from '@soteria/shared/http-contract/call-route.ts';
import type { DemoCaller } from './caller.ts';

export type OperationView = AnswerOf<'GET /v1/operations'>['items'][number];

export async function listOperations(caller: DemoCaller, namespace: string): Promise<readonly OperationView[]> {
  return (await caller.call('GET /v1/operations', { query: { namespace } })).items;
}

const ended = new Set(['Succeeded', 'Failed', 'Skipped', 'Cancelled']);

/** The first Operation that is not among `known`, once it has ended; throws after `timeoutMs`. */
export async function waitForNewOperation(
  caller: DemoCaller,
  namespace: string,
  known: ReadonlySet<string>,
  timeoutMs: number,
): Promise<OperationView> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const fresh = (await listOperations(caller, namespace)).find(({ name }) => !known.has(name));
    if (fresh !== undefined && ended.has(fresh.phase)) return fresh;
    if (Date.now() > deadline) {
      const seen = fresh === undefined ? 'no Operation appeared' : `${fresh.name} is ${fresh.phase}: ${fresh.message}`;
      throw new Error(`the backup did not end within ${timeoutMs / 1000} s: ${seen}`);
    }
    await wait(100);
  }
}
