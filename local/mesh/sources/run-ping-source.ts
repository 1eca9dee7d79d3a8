/** A PingSource: sends at every tick of its schedule. A missed tick is never sent later. */
import type { OnActivity } from '../activity.ts';
import type { DeliveryParts } from '../delivery/deliver.ts';
import { identityOf } from '../event/cloud-event.ts';
import type { CloudEvent } from '../event/cloud-event.ts';
import type { Manifest } from '../manifest/refuse-field.ts';
import type { PingSourceSpec } from '../manifest/source-schemas.ts';
import { findNextTick } from './next-tick.ts';
import { sendToSink } from './send-to-sink.ts';

export interface PingParts extends DeliveryParts {
  readonly onActivity: OnActivity;
  readonly newId: () => string;
  /** From 0 up to, not including, 1: where in the half second after the tick the event is sent. */
  readonly random: () => number;
}

const longestJitterMs = 500;
/** Timers count in 32 bits, and a machine may sleep or have its clock set: never sleep longer than this towards a tick. */
const longestTimerMs = 15 * 60_000;

/** Starts ticking; the returned function ends it. */
export function runPingSource(parts: PingParts, source: Manifest<PingSourceSpec>): () => void {
  const { schedule, timezone } = source.spec;
  let cancel: (() => void) | undefined;
  let isStopped = false;

  function plan(after: Date): void {
    if (isStopped) return;
    const tick = findNextTick(schedule, timezone, after);
    if (tick !== undefined) sleepUntil(tick, Math.floor(parts.random() * longestJitterMs));
  }

  function sleepUntil(tick: Date, jitterMs: number): void {
    const leftMs = tick.getTime() + jitterMs - parts.clock.now().getTime();
    if (leftMs > longestTimerMs) {
      cancel = parts.clock.setTimer(() => sleepUntil(tick, jitterMs), longestTimerMs);
      return;
    }
    cancel = parts.clock.setTimer(
      () => {
        void ping();
        // A timer that fires a moment early must not find the same tick again.
        plan(new Date(Math.max(tick.getTime(), parts.clock.now().getTime())));
      },
      Math.max(0, leftMs),
    );
  }

  async function ping(): Promise<void> {
    const event = makePing(source, parts.newId(), parts.clock.now());
    const status = await sendToSink(parts, source.spec.sink, source.namespace, event);
    parts.onActivity({ kind: 'pinged', pingSource: source.name, status, ...identityOf(event) });
  }

  plan(parts.clock.now());
  return () => {
    isStopped = true;
    cancel?.();
  };
}

/** `ce-time` is the instant of sending, not of the tick. */
export function makePing(source: Manifest<PingSourceSpec>, id: string, now: Date): CloudEvent {
  const { data = '', contentType } = source.spec;
  const attributes: Record<string, string> = {
    specversion: '1.0',
    id,
    source: `/apis/v1/namespaces/${source.namespace}/pingsources/${source.name}`,
    type: 'dev.knative.sources.ping',
    time: now.toISOString(),
  };
  if (data === '') return { attributes, data: undefined };
  if (contentType !== undefined) attributes['datacontenttype'] = contentType;
  return { attributes, data: Buffer.from(data) };
}
