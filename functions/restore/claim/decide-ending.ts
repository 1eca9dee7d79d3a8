/** Terminal: announce the end, remove the Jobs, let the driver tidy up (invariant 3), leave the slot, then rest. */
import type { AnyAction } from '@soteria/shared/operation/engine/advance.ts';
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { shorten, statusOf } from '@soteria/shared/operation/record/status.ts';
import { isOurs } from '../../../drivers/restore/about-operation.ts';
import type { RestoreFactName, RestoreStep } from '../../../drivers/restore/action.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import type { Situation } from '../../../drivers/restore/situation.ts';
import { judgementOf } from '../proof/judgement-of.ts';

const factOfPhase: Readonly<Record<string, RestoreFactName>> = {
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'failed',
  Skipped: 'skipped',
};

/** Before the claim that they have mounted. */
function removeJobs({ operation, world }: Situation, { work }: OperationStatus): RestoreStep | undefined {
  if (work?.isProving !== true) return undefined;
  const hasCommand = operation.spec.request.verify?.command !== undefined;
  for (const as of hasCommand ? (['command', 'proof'] as const) : (['proof'] as const)) {
    if (world[as] === undefined) return { do: 'look', at: as };
    const job = world[as].seen;
    const isTemporary = job?.labels[temporaryLabel] !== undefined && isOurs(operation, job.labels);
    if (job !== undefined && isTemporary && !job.isDeleting) return { do: 'delete-job', job, as };
  }
  return undefined;
}

export function decideEnding(driver: RestoreDriver, situation: Situation): RestoreStep | AnyAction {
  const { operation, world } = situation;
  const status = statusOf(operation);
  const fact = factOfPhase[status.phase];
  if (fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
  const judged = world.isProofKept === true ? undefined : judgementOf(operation);
  if (judged !== undefined) return { do: 'keep-proof', judged };
  const isTest = operation.spec.kind === 'RestoreTest';
  const isKept = status.phase === 'Succeeded' && !isTest;
  const next = (isKept ? undefined : removeJobs(situation, status)) ?? driver.tidy(situation, isKept);
  if (next !== undefined) return next;
  if (isTest && !driver.hasBegun(status.work) && world.hasLeftBudget !== true) return { do: 'leave-budget' };
  // Last: the next operation in the slot finds everything as this operation leaves it.
  if (world.hasLeftSlot !== true) return { do: 'leave-slot' };
  const stays = driver.whatStays(operation, world);
  const message = shorten(stays === undefined ? status.message : `${status.message}; ${stays}`);
  return { do: 'record', status: { ...status, message, settled: true } };
}
