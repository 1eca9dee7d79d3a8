import { describe, expect, it } from 'vitest';
import { serviceSpec } from '../manifest/service-schema.ts';
import { readScaleTimes } from './read-scale-times.ts';

function prefix(annotations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [`autoscaling.knative.dev/${key}`, value]),
  );
}

function service(annotations: Record<string, string>, timeoutSeconds = 300) {
  const template = {
    metadata: { annotations: prefix(annotations) },
    spec: { timeoutSeconds, containers: [{}] },
  };
  const spec = serviceSpec.parse({ template });
  return { namespace: 'soteria', name: 'backup', labels: {}, annotations: {}, generation: 1, spec };
}

describe('the times of a Service', () => {
  it('are Knative’s defaults without annotations', () => {
    expect(readScaleTimes(service({}), 1)).toEqual({
      windowMs: 60_000,
      retentionMs: 30_000,
      drainMs: 30_000,
      killMs: 270_000,
      minScale: 0,
    });
  });

  it('come from its annotations; a retention shorter than the grace period changes nothing', () => {
    const annotations = {
      window: '6s',
      'scale-down-delay': '4s',
      'scale-to-zero-pod-retention-period': '10s',
      'min-scale': '1',
    };
    expect(readScaleTimes(service(annotations), 1)).toMatchObject({
      windowMs: 10_000,
      retentionMs: 30_000,
      minScale: 1,
    });
    const longer = { 'scale-to-zero-pod-retention-period': '2m' };
    expect(readScaleTimes(service(longer), 1).retentionMs).toBe(120_000);
  });

  it('pass faster by the pace, except the time to end', () => {
    expect(readScaleTimes(service({ window: '20s' }), 20)).toMatchObject({
      windowMs: 1000,
      retentionMs: 1500,
      drainMs: 1500,
      killMs: 270_000,
    });
  });

  it('leave no time between SIGTERM and SIGKILL when the timeout is shorter than the drain', () => {
    expect(readScaleTimes(service({}, 20), 1).killMs).toBe(0);
  });

  it.each([
    ['window', '60'],
    ['min-scale', 'one'],
    ['class', 'hpa.autoscaling.knative.dev'],
  ])('are refused by name with %s = %s', (key, value) => {
    expect(() => readScaleTimes(service({ [key]: value }), 1)).toThrow(`autoscaling.knative.dev/${key}`);
  });
});
