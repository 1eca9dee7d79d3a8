/** Performs one action with one call, and answers what is known after it. The decisions are in `decide-…`. */
import type { AnyAction, Known } from '@soteria/shared/operation/engine/advance.ts';
import { slotHolderOf } from '@soteria/shared/operation/queue/slots.ts';
import { withAnnounced } from '@soteria/shared/operation/record/status.ts';
import { isStep } from '../../../drivers/backup/action.ts';
import type { BackupDriver } from '../../../drivers/backup/driver.ts';
import type { BackupWorld } from '../../../drivers/backup/world.ts';
import { lookAt } from './look-at.ts';
import type { Tools } from './tools.ts';

function mayHaveTwin({ operation, world }: Known<BackupWorld>): boolean {
  return operation.spec.identity !== undefined && world.hasNoTwin !== true;
}

export async function perform(
  tools: Tools,
  driver: BackupDriver,
  known: Known<BackupWorld>,
  action: AnyAction,
  signal?: AbortSignal,
): Promise<Known<BackupWorld>> {
  if (!isStep(action)) return driver.perform(known, action, signal);
  const { operation, world } = known;
  const { store } = tools;
  switch (action.do) {
    case 'look':
      return { operation, world: await lookAt(tools, driver, known, action.at, signal) };
    case 'label':
      return { operation: await store.label(operation, signal), world };
    case 'record': {
      const recorded = await store.replaceStatus(operation, action.status, signal);
      return { operation: recorded, world: driver.afterRecord(known, action.status) };
    }
    case 'enter-slot': {
      const slot = await tools.slots.enter(slotHolderOf(operation, 'backup'), action.need, signal);
      // Who else asks the same is looked at once more: from here on nobody of this volume begins.
      const { peers: _peers, ...rest } = world;
      return { operation, world: slot.entered && mayHaveTwin(known) ? { ...rest, slot } : { ...world, slot } };
    }
    case 'leave-slot':
      await tools.slots.leave(operation.metadata.uid, signal);
      return { operation, world: { ...world, hasLeftSlot: true } };
    case 'keep-awake': {
      const beside = world.slot?.entered === true ? world.slot.beside : undefined;
      await tools.keepAwake({ uid: operation.metadata.uid, beside }, signal);
      return { operation, world: { ...world, isKeptAwake: true } };
    }
    case 'announce':
      await tools.announce(operation, action.fact, driver.name, signal);
      return { operation: withAnnounced(operation, action.fact), world };
    case 'wait':
    case 'rest':
      return known;
  }
}
