import { describe, expect, it, onTestFinished } from 'vitest';
import type { MeshActivity } from '../activity.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { eventually } from '../testing/mesh-fixture.ts';
import { startRecordingSink } from '../testing/recording-sink.ts';
import type { PingSourceSpec } from '../manifest/source-schemas.ts';
import { pingSourceSpec } from '../manifest/source-schemas.ts';
import { makePing, runPingSource } from './run-ping-source.ts';

function source(spec: PingSourceSpec) {
  return { namespace: 'soteria', name: 'tick', labels: {}, annotations: {}, generation: 1, spec };
}

async function start(schedule: string, options: { random?: number; statuses?: number[] } = {}) {
  const clock = createFakeClock('2026-11-21T01:57:00.000Z');
  const sink = await startRecordingSink(options.statuses);
  const activities: MeshActivity[] = [];
  const stopping = new AbortController();
  let ids = 0;
  const stop = runPingSource(
    {
      clock,
      signal: stopping.signal,
      retryPace: 1,
      random: () => options.random ?? 0,
      newId: () => `id-${(ids += 1)}`,
      onActivity: (activity) => void activities.push(activity),
      addresses: { serviceUrl: () => undefined, brokerUrl: () => undefined, toLoopback: (text) => text },
    },
    source(pingSourceSpec.parse({ schedule, sink: { uri: sink.url } })),
  );
  onTestFinished(() => {
    stop();
    stopping.abort();
  });
  return { clock, sink, activities, stop };
}

describe('a PingSource', () => {
  it('makes events with Knative’s attributes', () => {
    const spec = pingSourceSpec.parse({
      schedule: '* * * * *',
      contentType: 'application/json',
      data: '{"policy":"all"}',
      sink: { uri: 'http://x' },
    });
    expect(makePing(source(spec), 'i', new Date('2026-11-21T01:57:00.209Z'))).toEqual({
      attributes: {
        specversion: '1.0',
        id: 'i',
        source: '/apis/v1/namespaces/soteria/pingsources/tick',
        type: 'dev.knative.sources.ping',
        time: '2026-11-21T01:57:00.209Z',
        datacontenttype: 'application/json',
      },
      data: Buffer.from('{"policy":"all"}'),
    });
  });

  it('sends at every tick, with its jitter, and a new id each time', async () => {
    const { clock, sink } = await start('*/5 * * * *', { random: 0.5 });
    clock.advance(3 * 60_000 + 249);
    clock.advance(1);
    await eventually(() => expect(sink.received).toHaveLength(1));
    clock.advance(5 * 60_000);
    await eventually(() => expect(sink.received).toHaveLength(2));
    expect(sink.received.map(({ headers }) => [headers['ce-id'], headers['ce-time']])).toEqual([
      ['id-1', '2026-11-21T02:00:00.250Z'],
      ['id-2', '2026-11-21T02:05:00.250Z'],
    ]);
  });

  it('does not make up for ticks it missed', async () => {
    const { clock, sink, activities } = await start('*/5 * * * *');
    clock.jump(60 * 60_000);
    clock.advance(0);
    await eventually(() => expect(activities).toHaveLength(1));
    clock.advance(3 * 60_000);
    await eventually(() => expect(activities).toHaveLength(2));
    expect(sink.received.map(({ headers }) => headers['ce-time'])).toEqual([
      '2026-11-21T02:57:00.000Z',
      '2026-11-21T03:00:00.000Z',
    ]);
  });

  it('waits for a tick that is months away', async () => {
    const { clock, activities } = await start('0 0 1 3 *');
    clock.advance(99 * 86_400_000);
    expect(activities).toEqual([]);
    clock.advance(86_400_000);
    await eventually(() => expect(activities).toMatchObject([{ kind: 'pinged', status: 202 }]));
  });

  it.each([404, 413, 425, 429, 502, 503, 504])('retries after %i, five times within 3.1 seconds', async (status) => {
    const { clock, sink, activities } = await start('* * * * *', { statuses: Array<number>(6).fill(status) });
    clock.advance(60_000);
    for (const pauseMs of [100, 200, 400, 800, 1600]) {
      await eventually(() => expect(Math.min(...clock.pendingMs())).toBe(pauseMs));
      clock.advance(pauseMs);
    }
    await eventually(() => expect(activities).toMatchObject([{ kind: 'pinged', status }]));
    expect(sink.received).toHaveLength(6);
    expect(new Set(sink.received.map(({ headers }) => headers['ce-id'])).size).toBe(1);
  });

  it.each([400, 408, 409, 500])('loses the event at once on %i', async (status) => {
    const { clock, sink, activities } = await start('* * * * *', { statuses: [status] });
    clock.advance(60_000);
    await eventually(() => expect(activities).toMatchObject([{ kind: 'pinged', status }]));
    expect(sink.received).toHaveLength(1);
  });

  it('ends when it is stopped', async () => {
    const { clock, activities, stop } = await start('* * * * *');
    stop();
    clock.advance(10 * 60_000);
    expect(activities).toEqual([]);
  });
});
