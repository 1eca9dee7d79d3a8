/**
 * What was said, and what is still to be sent, in one ConfigMap. A notice is written down together with the decision that it is to be said, before it is sent: a
 * process that dies neither repeats nor forgets it. A send is leased, so that two processes do not send the same notice at the same time.
 */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { updateConfigMap } from '@soteria/shared/kubernetes/update-config-map.ts';
import type { NoticeMemory } from '../decide/decide-notices.ts';
import type { Notice } from '../decide/notice.ts';
import * as z from 'zod';

export const noticeRecordName = 'soteria-notices';

/** How far a notice has come with one channel. */
export interface Delivery {
  readonly attempts: number;
  /** Not before; a lease while somebody sends it. */
  readonly nextAt: string;
  readonly why?: string | undefined;
}

export interface Outgoing {
  readonly notice: Notice;
  /** Channels that do not have it yet, by name. */
  readonly due: Readonly<Record<string, Delivery>>;
}

export interface ChannelState {
  readonly lastSentAt?: string | undefined;
  readonly failingSince?: string | undefined;
  /** In the words of the channel, without its secrets. */
  readonly why?: string | undefined;
  /** Of a channel that is away: nothing is sent before. */
  readonly nextAt?: string | undefined;
}

export interface NoticeRecord {
  readonly memory: NoticeMemory;
  readonly outbox: readonly Outgoing[];
  readonly channels: Readonly<Record<string, ChannelState>>;
  readonly lookedAt?: string | undefined;
}

export const emptyRecord: NoticeRecord = { memory: { entries: {}, whileQuiet: [] }, outbox: [], channels: {} };

/** A channel that is away for long must not fill the ConfigMap: the oldest go. */
const maxOutbox = 100;

export interface NoticeRecords {
  read(signal?: AbortSignal): Promise<NoticeRecord>;
  /** Undefined: nothing is to be written. Throws `cluster_conflict` when others write all the time. */
  update<T>(
    change: (record: NoticeRecord) => { readonly record?: NoticeRecord | undefined; readonly answer: T },
    signal?: AbortSignal,
  ): Promise<T>;
}

export function createNoticeRecords(client: KubernetesClient, namespace: string): NoticeRecords {
  const ref = { namespace, name: noticeRecordName };
  // The channels of one process do not stand in each other's way.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = last.then(act, act);
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    read: async (signal) => decode((await client.get(configMaps, ref, { signal }))?.data ?? {}),
    update: (change, signal) =>
      inTurn(() =>
        updateConfigMap(
          client,
          ref,
          (data) => {
            const { record, answer } = change(decode(data));
            return record === undefined ? { answer } : { data: encode(record), answer };
          },
          signal,
        ),
      ),
  };
}

function encode(record: NoticeRecord): Record<string, string> {
  return { record: JSON.stringify({ ...record, outbox: record.outbox.slice(-maxOutbox) }) };
}

const stored = z.looseObject({
  memory: z.looseObject({
    entries: z.record(
      z.string(),
      z.looseObject({ problem: z.looseObject({ key: z.string() }), members: z.record(z.string(), z.string()) }),
    ),
    whileQuiet: z.array(z.string()),
  }),
  outbox: z.array(
    z.looseObject({
      notice: z.looseObject({ id: z.string(), at: z.string() }),
      due: z.record(z.string(), z.unknown()),
    }),
  ),
  channels: z.record(z.string(), z.unknown()),
});

/** Written by hand, or by another version: nothing was said. */
function decode(data: Readonly<Record<string, string>>): NoticeRecord {
  try {
    const parsed = stored.safeParse(JSON.parse(data['record'] ?? '{}'));
    return parsed.success ? (parsed.data as unknown as NoticeRecord) : emptyRecord;
  } catch {
    return emptyRecord;
  }
}
