import { describe, expect, it } from 'vitest';
import { wordsOf } from './longhorn-words.ts';

/** As a target's condition reads when its key is wrong: the cause stands behind 900 characters of log. */
const log = (at: string, request: string): string =>
  `failed to list backup volumes in backup target s3://bucket@region/: error listing backup volume names: failed to execute: ` +
  `/var/lib/longhorn/engine-binaries/longhornio-longhorn-engine-v1.12.1/longhorn [backup ls --volume-only s3://bucket@region/], output , stderr ` +
  `time="${at}" level=info msg="${'Loading driver '.repeat(50)}" pkg=s3\n` +
  `time="${at}" level=error msg="Failed to list s3" error="failed to list objects with param: {\\n  Bucket: \\"bucket\\"\\n} ` +
  `error: AccessDenied: Access Denied\\n\\tstatus code: 403, request id: ${request}, host id: abc+/=" pkg=s3\n: exit status 1`;

describe('Longhorn’s words', () => {
  it('are the last error that a log quotes, and the same for the same cause', () => {
    const first = wordsOf(log('2026-11-28T08:00:01.123456789Z', '4YB0XAMPLE'));
    expect(log('x', 'y').length).toBeGreaterThan(1_000);
    expect(first).toBe(
      'failed to list objects with param: { Bucket: "bucket" } error: AccessDenied: Access Denied status code: 403',
    );
    expect(wordsOf(log('2026-11-28T08:05:01.9Z', 'ANOTHER0NE'))).toBe(first);
  });

  it.each([
    'cannot mount the share: connection timed out',
    'failed to acquire lock when performing backup create, please try again later',
    'Failed waiting for the snapshot snap to be ready',
  ])('that are short stay as they are: %s', (text) => {
    expect(wordsOf(text)).toBe(text);
  });

  it('without a quoted error keep both their ends', () => {
    const text = wordsOf(`it began with this ${'and went on '.repeat(100)}until exit status 1`);
    expect(text.length).toBeLessThanOrEqual(400);
    expect(text).toMatch(/^it began with this .* … .*until exit status 1$/);
  });

  it('name the same connection once, from whatever port', () => {
    const from = (port: number) => `read tcp 10.42.0.9:${port}->10.0.0.2:443: connection reset by peer`;
    expect(wordsOf(from(40_112))).toBe(wordsOf(from(51_234)));
  });
});
