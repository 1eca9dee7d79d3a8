/**
 * Sends what is due. Each send is leased in the record before it begins and crossed out after it; a process that died in between is followed by another, which
 * sends the notice again under the same id. Channels are served beside each other: one that is away delays no other.
 */
import type { Log } from '@soteria/shared/log/log.ts';
import type { Channel, SendOutcome } from '../channels/channel.ts';
import type { ChannelState, Delivery, NoticeRecord, NoticeRecords, Outgoing } from '../record/notice-record.ts';
import type { NotifySettings } from '../settings/notify-schema.ts';
import { messageOf } from './message-of.ts';

export interface DeliverTools {
  readonly records: NoticeRecords;
  readonly now: () => Date;
}

/** Longer than any send takes. */
const leaseMs = 60_000;
/** After so long nobody needs it any more: what still lasts is said anew each day. */
const giveUpAfterMs = 3 * 86_400_000;
const minuteMs = 60_000;

/** Until the next attempt: 1, 2, 4 … minutes, an hour at most. A channel that refuses is asked once an hour, since a person has to mend it. */
function waitMs({
  kind,
  attempts,
  retryAfterMs,
}: {
  kind: 'failed' | 'refused';
  attempts: number;
  retryAfterMs?: number | undefined;
}): number {
  if (kind === 'refused') return 60 * minuteMs;
  return Math.min(60 * minuteMs, Math.max(retryAfterMs ?? 0, 2 ** (attempts - 1) * minuteMs));
}

/** Answers whether everything is sent. */
export async function deliver(
  { records, now }: DeliverTools,
  settings: NotifySettings,
  channels: readonly Channel[],
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<boolean> {
  await Promise.all(channels.map((channel) => serve(channel)));
  return (await records.read(signal)).outbox.every(({ due }) => channels.every(({ name }) => due[name] === undefined));

  async function serve(channel: Channel): Promise<void> {
    // In the order in which it was decided. A channel that is away is left alone; what it refuses holds up nothing but its own problem.
    for (;;) {
      const leased = await records.update((record) => lease(record, channel.name, now()), signal);
      if (leased === undefined) return;
      const message = messageOf(leased.notice, settings, channel);
      const outcome = await channel.send(message, signal);
      await records.update(
        (record) => ({ record: settle(record, channel.name, leased, outcome, now()), answer: undefined }),
        signal,
      );
      if (outcome.kind === 'sent') {
        log.info('notice_sent', { channel: channel.name, kind: leased.notice.kind, notice: leased.notice.id });
        continue;
      }
      log.warn('notice_not_sent', { channel: channel.name, notice: leased.notice.id, why: outcome.why });
      if (outcome.kind === 'failed') return;
    }
  }
}

interface Leased {
  readonly notice: Outgoing['notice'];
  readonly attempts: number;
}

/** The first that is due, unless the channel is away, or an earlier notice of the same problem is still to come. */
function lease(
  record: NoticeRecord,
  channel: string,
  now: Date,
): { record?: NoticeRecord; answer: Leased | undefined } {
  const at = now.toISOString();
  if ((record.channels[channel]?.nextAt ?? '') > at) return { answer: undefined };
  const threads = new Set<string>();
  for (const { notice, due } of record.outbox) {
    const delivery = due[channel];
    if (delivery === undefined) continue;
    const isFree = delivery.nextAt <= at && !threads.has(notice.thread);
    threads.add(notice.thread);
    if (!isFree) continue;
    const attempts = delivery.attempts + 1;
    const next: Delivery = { ...delivery, attempts, nextAt: new Date(now.getTime() + leaseMs).toISOString() };
    return {
      record: { ...record, outbox: withDelivery(record.outbox, notice.id, channel, next) },
      answer: { notice, attempts },
    };
  }
  return { answer: undefined };
}

function settle(
  record: NoticeRecord,
  channel: string,
  { notice, attempts }: Leased,
  outcome: SendOutcome,
  now: Date,
): NoticeRecord {
  const at = now.toISOString();
  const state: ChannelState = record.channels[channel] ?? {};
  if (outcome.kind === 'sent') {
    return {
      ...record,
      outbox: withDelivery(record.outbox, notice.id, channel, undefined),
      channels: { ...record.channels, [channel]: { lastSentAt: at } },
    };
  }
  const isGivenUp = now.getTime() - Date.parse(notice.at) >= giveUpAfterMs;
  const nextAt = new Date(now.getTime() + waitMs({ ...outcome, attempts })).toISOString();
  const next: Delivery = { attempts, nextAt, why: outcome.why };
  return {
    ...record,
    outbox: withDelivery(record.outbox, notice.id, channel, isGivenUp ? undefined : next),
    channels: {
      ...record.channels,
      [channel]: {
        ...state,
        failingSince: state.failingSince ?? at,
        why: outcome.why,
        ...(outcome.kind === 'failed' ? { nextAt } : {}),
      },
    },
  };
}

/** `undefined`: the channel has it. What all have is forgotten. */
function withDelivery(
  outbox: readonly Outgoing[],
  id: string,
  channel: string,
  delivery: Delivery | undefined,
): Outgoing[] {
  return outbox.flatMap((one) => {
    if (one.notice.id !== id) return [one];
    const { [channel]: _before, ...others } = one.due;
    const due = delivery === undefined ? others : { ...others, [channel]: delivery };
    return Object.keys(due).length === 0 ? [] : [{ ...one, due }];
  });
}
