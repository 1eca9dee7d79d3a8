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
  return Math.max(retryAfterMs ?? 0, Math.min(60, 2 ** (attempts - 1)) * minuteMs);
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
    // In the order in which it was decided; after a failure the rest waits too.
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
      return;
    }
  }
}

interface Leased {
  readonly notice: Outgoing['notice'];
  readonly attempts: number;
}

/** The first that the channel does not have yet, unless it is not its time or somebody else sends it. */
function lease(
  record: NoticeRecord,
  channel: string,
  now: Date,
): { record?: NoticeRecord; answer: Leased | undefined } {
  const first = record.outbox.find(({ due }) => due[channel] !== undefined);
  const delivery = first?.due[channel];
  if (first === undefined || delivery === undefined || delivery.nextAt > now.toISOString())
    return { answer: undefined };
  const attempts = delivery.attempts + 1;
  const next: Delivery = { ...delivery, attempts, nextAt: new Date(now.getTime() + leaseMs).toISOString() };
  return {
    record: { ...record, outbox: withDelivery(record.outbox, first.notice.id, channel, next) },
    answer: { notice: first.notice, attempts },
  };
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
  const next: Delivery = {
    attempts,
    nextAt: new Date(now.getTime() + waitMs({ ...outcome, attempts })).toISOString(),
    why: outcome.why,
  };
  return {
    ...record,
    outbox: withDelivery(record.outbox, notice.id, channel, isGivenUp ? undefined : next),
    channels: { ...record.channels, [channel]: { ...state, failingSince: state.failingSince ?? at, why: outcome.why } },
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
