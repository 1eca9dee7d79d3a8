/**
 * The repair of every lost event: each open Operation is pointed out to the function that moves it, slots that a crash has left
 * are given back, what has ended long enough ago is purged, what nobody follows is looked for. Correctness rests on this and on
 * nothing faster.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { publishDue } from '@soteria/shared/operation/publish-due.ts';
import { busySweepName } from '@soteria/shared/operation/busy-sweep.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import type { PolicyTickTools } from '../app.ts';
import { decideLeftovers } from './decide-leftovers.ts';
import { decideSweep, type Swept } from './decide-sweep.ts';
import { publishLeftovers } from './publish-leftovers.ts';

async function look({ store, slots, now }: PolicyTickTools, signal: AbortSignal): Promise<Swept> {
  // The entries first: whoever enters after that is not mistaken for one that waits.
  const entries = await slots.entries(signal);
  return decideSweep({ operations: await store.list({}, signal), entries, now: now() });
}

async function purge({ store }: PolicyTickTools, operation: Operation, signal: AbortSignal): Promise<void> {
  try {
    await store.withdraw(operation, signal);
  } catch (error) {
    // Somebody wrote to it: the next sweep judges it anew.
    if (!(error instanceof SoteriaError && error.code === 'cluster_conflict')) throw error;
  }
}

/** Removed first and looked for after: whoever begins in between either sees it gone and makes it, or is seen here. */
async function sleepUnlessOpen(tools: PolicyTickTools, signal: AbortSignal): Promise<void> {
  await tools.busySweep.stop(signal);
  const { openCount } = await look(tools, signal);
  if (openCount > 0) await tools.busySweep.start(signal);
}

export async function sweepOperations(tools: PolicyTickTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { signal, traceparent, log } = incoming;
  const recovered = await tools.slots.recover(signal);
  const { wake, purge: old, openCount } = await look(tools, signal);
  const cause = { causationId: event.id, traceparent };
  for (const operation of wake) await publishDue(tools.publisher, operation, cause, signal);
  // Forgetting is deleting.
  const isPaused = await tools.isPaused(signal);
  for (const operation of isPaused ? [] : old) await purge(tools, operation, signal);
  const isBusySweep = event.source.endsWith(`/${busySweepName}`);
  const lookers = decideLeftovers({ isBusySweep, openCount, slotsRecovered: recovered, now: tools.now() });
  for (const name of lookers) await publishLeftovers(tools.publisher, name, cause, signal);
  if (openCount > 0 && !isBusySweep) await tools.busySweep.start(signal);
  if (openCount === 0) await sleepUnlessOpen(tools, signal);
  const purged = isPaused ? 0 : old.length;
  log.info('swept', { open: openCount, woken: wake.length, purged, slotsRecovered: recovered, isPaused });
}
