/**
 * The repair of every lost event. The sweep wakes the function of each open Operation, frees the slots that a crash has left, purges
 * Operations that ended long enough ago, and asks for a look at leftovers. Correctness rests on the sweep alone; every event is
 * only faster.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { publishDue } from '@soteria/shared/events/publish-due.ts';
import { busySweepName } from '@soteria/shared/operation/engine/busy-sweep.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { PolicyTickTools } from '../tools.ts';
import { decideLeftovers } from './decide-leftovers.ts';
import { decideSweep, type SweepQuestion } from './decide-sweep.ts';
import { publishLeftovers } from './publish-leftovers.ts';

async function look({ store, slots, now }: PolicyTickTools, signal: AbortSignal): Promise<SweepQuestion> {
  // The entries first: an operation that enters a slot after this read is not mistaken for a waiting one.
  const entries = await slots.entries(signal);
  return { operations: await store.list({}, signal), entries, now: now() };
}

async function purge({ store }: PolicyTickTools, operation: Operation, signal: AbortSignal): Promise<void> {
  try {
    await store.withdraw(operation, signal);
  } catch (error) {
    // The operation has changed: the next sweep judges it anew.
    if (!(error instanceof SoteriaError && error.code === 'cluster_conflict')) throw error;
  }
}

/** Stops first and looks after: an operation that begins in between finds the source gone and makes it, or this look finds the operation. */
async function sleepUnlessOpen(tools: PolicyTickTools, signal: AbortSignal): Promise<void> {
  await tools.busySweep.stop(signal);
  const { openCount } = decideSweep(await look(tools, signal));
  if (openCount > 0) await tools.busySweep.start(signal);
}

/**
 * A part that fails ends no other part. A failure that may pass ends its own part, and the sweep is delivered again; after a refusal
 * that stays, the part goes on with its next item.
 */
function createParts(log: Log) {
  let failure: unknown;
  return {
    async each<T>(part: string, items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
      for (const item of items) {
        try {
          await work(item);
        } catch (error) {
          log.error('sweep_part_failed', error, { part });
          if (error instanceof SoteriaError && !error.isRetryable) continue;
          failure ??= error;
          return;
        }
      }
    },
    throwFailure(): void {
      if (failure !== undefined) throw failure;
    },
  };
}

export interface Sweep {
  readonly ended: Promise<void>;
  /** The Operations as the sweep reads them: one read serves the evaluation beside it. Where the sweep cannot read them, they are read anew. */
  readonly listed: () => Promise<readonly Operation[]>;
}

export function beginSweep(tools: PolicyTickTools, event: ReceivedEvent, incoming: Incoming): Sweep {
  const { signal, log } = incoming;
  const parts = createParts(log);
  const seen = recoverAndLook(tools, parts, signal);
  return {
    ended: sweep(tools, event, incoming, { parts, seen }),
    listed: () =>
      seen.then(
        ({ question }) => question.operations,
        () => tools.store.list({}, signal),
      ),
  };
}

type Parts = ReturnType<typeof createParts>;

async function recoverAndLook(tools: PolicyTickTools, parts: Parts, signal: AbortSignal) {
  const { slots } = tools;
  let recovered = 0;
  const recovery = parts.each('slots', [slots], async () => (recovered = await slots.recover(signal)));
  // An entry that the recovery removes meanwhile is of an operation that has ended or is gone: the decision does not ask for it.
  const [question] = await Promise.all([look(tools, signal), recovery]);
  return { recovered, question };
}

/** Whether the busy sweep may be there: only its absence is certain, and then there is nothing to stop. */
async function mayBeBusy({ busySweep }: PolicyTickTools, signal: AbortSignal): Promise<boolean> {
  try {
    return await busySweep.isThere(signal);
  } catch {
    // The part that stops the busy sweep meets the same failure and reports it.
    return true;
  }
}

interface Begun {
  readonly parts: Parts;
  readonly seen: ReturnType<typeof recoverAndLook>;
}

async function sweep(
  tools: PolicyTickTools,
  event: ReceivedEvent,
  { signal, traceparent, log }: Incoming,
  { parts, seen }: Begun,
): Promise<void> {
  const { publisher, busySweep } = tools;
  const [{ recovered, question }, isPaused, isBusy] = await Promise.all([
    seen,
    tools.isPaused(signal),
    mayBeBusy(tools, signal),
  ]);
  const { wake, purge: old, openCount } = decideSweep(question);
  const cause = { causationId: event.id, traceparent };
  await parts.each('wake', wake, (operation) => publishDue(publisher, operation, cause, signal));
  // Forgetting is deleting.
  await parts.each('purge', isPaused ? [] : old, (operation) => purge(tools, operation, signal));
  const isBusySweep = event.source.endsWith(`/${busySweepName}`);
  const lookers = decideLeftovers({ isBusySweep, openCount, slotsRecovered: recovered, now: tools.now() });
  await parts.each('leftovers', lookers, (name) => publishLeftovers(publisher, name, cause, signal));
  await parts.each(busySweepName, [busySweep], async () => {
    if (openCount > 0) await (isBusySweep ? undefined : busySweep.start(signal));
    else if (isBusy) await sleepUnlessOpen(tools, signal);
  });
  const purged = isPaused ? 0 : old.length;
  log.info('swept', { open: openCount, woken: wake.length, purged, slotsRecovered: recovered, isPaused });
  parts.throwFailure();
}
