/** Pending: may it start, and under which names? */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { whyNotRunAgain } from '@soteria/shared/operation/record/decide-reapplied.ts';
import { claimLabel } from '@soteria/shared/operation/record/marks.ts';
import { findFirstOf, repeats } from '@soteria/shared/operation/record/find-repeat.ts';
import { advance, refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import { rivalOf } from '@soteria/shared/operation/queue/rival.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { refusedBecause } from '../../../drivers/backup/about-operation.ts';
import type { BackupStep } from '../../../drivers/backup/action.ts';
import type { BackupDecisions, Kit } from '../../../drivers/backup/driver.ts';
import type { Situation } from '../../../drivers/backup/situation.ts';
import { decideReuse } from './decide-reuse.ts';

/**
 * The point of a backup carries the name of its operation: one of the same name by another uid was made before this record was
 * deleted and applied again. Names of our own are never given twice; only those that people give are looked for.
 */
function ranBeforeOrUndefined<K extends Kit>(
  driver: BackupDecisions<K>,
  { operation, world, now }: Situation<K['world']>,
): BackupStep<K['place']> | undefined {
  if (operation.spec.identity !== undefined) return undefined;
  if (!driver.hasListed(world)) return { do: 'look', at: driver.pointsAt };
  const point = driver.madeByNamesake(operation, world);
  if (point === undefined) return undefined;
  const { name } = operation.metadata;
  const again = new SoteriaError('conflict', {
    what: `operation ${name} was not run`,
    why: `an operation of this name has been run before: restore point ${point} is its result`,
    fix: 'remove it from whatever applies it again; to run it once more, give it another name (metadata.generateName)',
  });
  return { do: 'record', status: refuse(statusOf(operation), 'Skipped', again, now) };
}

export function decideStart<K extends Kit>(
  driver: BackupDecisions<K>,
  situation: Situation<K['world']>,
): BackupStep<K['place']> {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const ref = claimRefOf(operation);

  if (operation.spec.cancelRequested === true) {
    return { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now) };
  }
  const misfit = refusedBecause.requestMisfit(operation, driver.name, situation.rules.defaultDriver);
  if (misfit !== undefined) return { do: 'record', status: refuse(status, 'Failed', misfit, now) };
  const old = whyNotRunAgain(operation);
  if (old !== undefined) return { do: 'record', status: refuse(status, 'Skipped', old, now) };
  if (operation.metadata.labels?.[claimLabel] === undefined) return { do: 'label' };

  if (world.peers === undefined) {
    const paused = world.paused === undefined ? (['paused'] as const) : [];
    return { do: 'look', at: ['peers', ...paused, ...driver.nextLooks(world)] };
  }
  const same = findFirstOf(operation, world.peers.seen ?? []);
  if (same !== undefined) {
    return { do: 'record', status: refuse(status, 'Skipped', repeats(operation, same), now) };
  }
  const first = rivalOf(operation, world.peers.seen ?? []);
  if (first !== undefined && world.slot?.entered !== true) {
    // One that has entered before it knew of the other goes on: the other waits for its slot, and both would wait for ever.
    if (world.ownSlot === undefined) return { do: 'look', at: 'ownSlot' };
    if (world.ownSlot.seen === undefined) {
      const next = waiting(status, `waits for ${first.metadata.name}, which backs up the same claim`);
      return next.message === operation.status?.message ? { do: 'wait' } : { do: 'record', status: next };
    }
  }

  const places = driver.nextLooks(world);
  if (places.length > 0) return { do: 'look', at: places };
  const [blocker] = driver.blockersOf(ref, world);
  if (blocker !== undefined) return { do: 'record', status: refuse(status, 'Failed', blocker, now) };
  const begin = driver.begin(operation, world);
  if (begin instanceof SoteriaError) return { do: 'record', status: refuse(status, 'Failed', begin, now) };

  const ranBefore = ranBeforeOrUndefined(driver, situation);
  if (ranBefore !== undefined) return ranBefore;
  const reused = decideReuse(driver, situation);
  if (reused !== undefined) return reused;

  if (world.slot === undefined) return { do: 'enter-slot', need: begin.need };
  if (!world.slot.entered) {
    const next = waiting(status, `waits for a slot: ${world.slot.waitsFor}`);
    return next.message === operation.status?.message ? { do: 'wait' } : { do: 'record', status: next };
  }
  if (world.isKeptAwake !== true) return { do: 'keep-awake' };
  const { work } = begin.first;
  const begun = { ...begin.first, work: { ...work, driver: driver.name } };
  return { do: 'record', status: advance(status, begun, now) };
}
