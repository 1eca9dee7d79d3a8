/**
 * Running, step `confirm`: do the deleted points stay away once Longhorn has read the target again? The volume is free for others by then. Pure.
 * A reading may have begun before the last deletion, so it is the second one that counts.
 */
import { advance, refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import { stalled } from './refusals.ts';
import { resultOf } from './result-of.ts';
import type { PruneAction, PruneSituation } from './world.ts';

/** More than two polls of Longhorn. */
const confirmMs = 15 * 60_000;
/** The one that was known at the beginning, and two more. */
const enough = 3;

export function pointsDeleted(count: number): string {
  return count === 1 ? '1 point is deleted' : `${count} points are deleted`;
}

/** `seen`: readings that are known by now. Nothing reports the next one, so the message says when Soteria looks. */
export function confirmMessage(gone: number, seen: number): string {
  const times = enough - Math.max(seen, 1) > 1 ? ' twice' : '';
  const when = `the next look is within 2 minutes, the end within ${confirmMs / 60_000}`;
  return `${pointsDeleted(gone)}; Longhorn has still to read the target${times}; ${when}`;
}

export function decideConfirm({ operation, world, now }: PruneSituation): PruneAction {
  const status = statusOf(operation);
  if (world.hasLeftSlot !== true) return { do: 'leave-slot' };
  if (world.readAt === undefined) return { do: 'look', at: 'readAt' };
  if (world.facts === undefined) return { do: 'look', at: 'facts' };
  const { work, result = resultOf(status) } = status;
  const readings = work?.readings ?? [];
  const read = world.readAt.seen;
  const gone = work?.gone?.length ?? 0;
  const count = pointsDeleted(gone);
  if (readings.length >= enough) {
    const deleted = new Set(work?.gone);
    const back = (world.facts.seen?.points ?? [])
      .filter(({ facts }) => deleted.has(facts.id))
      .map(({ facts }) => facts.name);
    if (back.length === 0) {
      const message = `${count}, and the target ${gone === 1 ? 'does not hold it' : 'holds none of them'}`;
      return { do: 'record', status: succeed(status, { ...result, confirmed: true }, message, now) };
    }
    const why = `Longhorn lists deleted points again: ${back.slice(0, 3).join(', ')}${back.length > 3 ? ' …' : ''}`;
    return { do: 'record', status: { ...refuse(status, 'Failed', stalled(operation, why), now), result } };
  }
  if (read !== undefined && !readings.includes(read)) {
    const message = confirmMessage(gone, readings.length + 1);
    const next = advance(
      status,
      { step: 'confirm', progress: 92, message, work: { readings: [...readings, read] } },
      now,
    );
    return { do: 'record', status: next };
  }
  const since = status.steps.at(-1)?.startedAt ?? now.toISOString();
  if (now.getTime() - Date.parse(since) < confirmMs) {
    // Longhorn reads by itself every five minutes, or never.
    const target = work?.backupTarget;
    return target === undefined || world.hasRequested === true ? { do: 'wait' } : { do: 'request-reading', target };
  }
  const message = `${count}; Longhorn has not read the target since, so nothing confirms it`;
  return { do: 'record', status: succeed(status, { ...result, confirmed: false }, message, now) };
}
