import { describe, expect, it } from 'vitest';
import { whyNotRunAgain } from './decide-reapplied.ts';
import type { Operation } from './schema.ts';

function operation(name: string, creationTimestamp: string, identity?: string): Operation {
  return {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { name, namespace: 'shop', uid: 'u', resourceVersion: '1', creationTimestamp },
    spec: { kind: 'Backup', request: { pvc: 'data' }, ...(identity === undefined ? {} : { identity }) },
  };
}

const name = 'soteria-backup-data-20260820-020000';

describe('an Operation that Git brings back', () => {
  it.each([
    ['the day after', '2026-08-21T02:00:01Z'],
    ['when it was purged, although its name was five minutes early', '2026-08-21T01:55:00Z'],
    ['weeks later', '2026-09-20T02:00:00Z'],
  ])('%s is not run again, and says why', (_when, appearedAt) => {
    const why = whyNotRunAgain(operation(name, appearedAt));
    expect(why?.code).toBe('request_expired');
    expect(why?.explanation.why).toContain('2026-08-20T02:00:00.000Z');
    expect(why?.explanation.fix).toContain('Git');
  });

  it.each([
    ['in time', name, '2026-08-20T02:00:00Z'],
    ['by a clock that is a little ahead', name, '2026-08-20T01:56:00Z'],
    ['later the same day', name, '2026-08-20T23:00:00Z'],
    ['under a name that tells no time', 'soteria-backup-data-x7k2p', '2026-08-20T02:00:00Z'],
  ])('but for the first time, %s, is', (_when, called, appearedAt) => {
    expect(whyNotRunAgain(operation(called, appearedAt))).toBeUndefined();
  });

  it('must not be of the future: it would be run again on every day until then', () => {
    expect(whyNotRunAgain(operation(name, '2026-08-20T01:54:59Z'))?.explanation.why).toContain('after it appeared');
  });

  it('is judged by its identity when it came by HTTP or by event', () => {
    expect(whyNotRunAgain(operation(name, '2026-09-20T02:00:00Z', 'http:ann:key'))).toBeUndefined();
  });
});
