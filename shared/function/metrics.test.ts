import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

const event = { type: 'dev.knative.sources.ping', status: 204, seconds: 0.3 };

describe('metrics', () => {
  it('count what happened before the first scrape, once', async () => {
    const metrics = createMetrics();
    metrics.eventAnswered(event);
    metrics.eventAnswered(event);
    metrics.refused('internal', 'event');
    const lines = [
      'soteria_events_total{type="dev.knative.sources.ping",answer="204"} 2',
      'soteria_event_duration_seconds_bucket{le="0.5",type="dev.knative.sources.ping"} 2',
      'soteria_errors_total{code="internal",door="event"} 1',
    ];
    for (const { text, contentType } of [await metrics.expose(), await metrics.expose()]) {
      expect(contentType).toContain('text/plain');
      for (const line of lines) expect(text).toContain(line);
    }
  });

  it('hold only so many samples before they are counted', async () => {
    const metrics = createMetrics({ maxWaiting: 2 });
    for (let i = 0; i < 5; i += 1) metrics.eventAnswered(event);
    expect((await metrics.expose()).text).toContain('answer="204"} 5');
  });

  it('know only so many methods', async () => {
    const metrics = createMetrics();
    metrics.httpAnswered({ method: 'BREW', route: '/v1/backup', status: 405, seconds: 0 });
    expect((await metrics.expose()).text).toContain('{method="other",route="/v1/backup",status="405"} 1');
  });
});
