/** One look: what problems there are, what is to be said of them, and sending it. Any event brings the same look; none of its words are believed. */
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { makeChannels } from '../channels/make-channels.ts';
import type { Channel } from '../channels/channel.ts';
import { decideNotices } from '../decide/decide-notices.ts';
import { isOpen } from '../decide/entry.ts';
import type { Rules } from '../decide/rules.ts';
import { findProblems, isMended } from '../problems/find-problems.ts';
import { gatherState } from '../problems/gather-state.ts';
import type { NoticeRecord, Outgoing } from '../record/notice-record.ts';
import type { NotifySettings } from '../settings/notify-schema.ts';
import { isNotUnderstood, readNotifySettings } from '../settings/read-notify-settings.ts';
import type { NotifyTools } from '../tools.ts';
import { deliver } from './deliver.ts';
import { isFor } from './message-of.ts';

export async function look(tools: NotifyTools, incoming: Pick<Incoming, 'signal' | 'log'>): Promise<void> {
  const { client, namespace, now, records, openSource } = tools;
  const { signal, log } = incoming;
  const settings = await readNotifySettings(client, namespace, signal).catch((error: unknown) => {
    if (!isNotUnderstood(error)) throw error;
    // The event is not to blame: GET /v1/notify shows it, and each look says it again.
    log.error('notify_misconfigured', error);
    return 'misconfigured' as const;
  });
  if (settings === 'misconfigured') return;
  if (settings === undefined || settings.channels.length === 0) {
    log.info('notify_not_configured');
    await openSource.stop(signal);
    return;
  }
  const channels = makeChannels(settings.channels, now);
  const state = await gatherState(tools, signal);
  const problems = findProblems(state, now());
  const found = {
    problems,
    isMended: (key: string, since: string) => isMended(key, since, state, now()),
    claims: state.claims.size,
    now: now(),
  };
  const { isOpenNow, isOutboxEmpty } = await records.update((record) => {
    const decided = decideNotices(record.memory, found, rulesOf(settings));
    const at = found.now.toISOString();
    const outbox = [
      ...withoutUnknown(record.outbox, channels),
      ...decided.notices.flatMap((one) => outgoing(one, channels, at)),
    ];
    const next: NoticeRecord = { ...record, memory: decided.memory, outbox, lookedAt: at };
    const isOpenNow = Object.values(decided.memory.entries).some(isOpen) || decided.memory.whileQuiet.length > 0;
    const answer = { isOpenNow, isOutboxEmpty: outbox.length === 0 };
    return isSame(record, next) ? { answer } : { record: next, answer };
  }, signal);
  // Before anything is sent: should this process die, the next look comes in minutes.
  if (isOpenNow || !isOutboxEmpty) await openSource.start(signal);
  const isAllSent = await deliver({ records, now }, settings, channels, incoming);
  if (!isOpenNow && isAllSent) await openSource.stop(signal);
  log.info('looked', { problems: problems.length, isAllSent });
}

/** That it was looked is no reason to write. */
function isSame({ lookedAt: _before, ...before }: NoticeRecord, { lookedAt: _after, ...after }: NoticeRecord): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

function outgoing(notice: Outgoing['notice'], channels: readonly Channel[], nextAt: string): Outgoing[] {
  const due = channels
    .filter((channel) => isFor(notice, channel))
    .map(({ name }) => [name, { attempts: 0, nextAt }] as const);
  return due.length === 0 ? [] : [{ notice, due: Object.fromEntries(due) }];
}

/** Of a channel that is no longer configured nothing is due. */
function withoutUnknown(outbox: readonly Outgoing[], channels: readonly Channel[]): Outgoing[] {
  const names = new Set(channels.map(({ name }) => name));
  return outbox.flatMap((one) => {
    const due = Object.fromEntries(Object.entries(one.due).filter(([name]) => names.has(name)));
    return Object.keys(due).length === 0 ? [] : [{ ...one, due }];
  });
}

function rulesOf({ quietHours, severities, remindAfter, flapWindow, groupAbove, weekly }: NotifySettings): Rules {
  return {
    quietHours,
    severities,
    remindAfterMs: remindAfter,
    flapWindowMs: flapWindow,
    groupAbove,
    weekly,
  };
}
