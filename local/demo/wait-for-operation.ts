/** Follows one Operation by HTTP until it has ended. */
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import type { DemoCaller } from './caller.ts';

export const operationView = z.looseObject({
  name: z.string(),
  namespace: z.string(),
  phase: z.string(),
  progress: z.number(),
  message: z.string(),
  result: z
    .looseObject({
      backup: z.string().optional(),
      volume: z.string().optional(),
      sizeBytes: z.string().optional(),
      uploadedBytes: z.string().optional(),
    })
    .nullable(),
  steps: z.array(z.looseObject({ name: z.string(), startedAt: z.string(), finishedAt: z.string().optional() })),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
});
export type OperationView = z.infer<typeof operationView>;

const operationList = z.looseObject({ items: z.array(operationView) });

export async function listOperations(caller: DemoCaller, namespace: string): Promise<OperationView[]> {
  return operationList.parse(await caller.get(`/v1/operations?namespace=${namespace}`)).items;
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
