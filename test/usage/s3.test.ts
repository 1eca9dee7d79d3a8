/** The function's S3 part against a real S3 server, compared with another client's count of the same bucket. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRclone, type S3Server, startRcloneServer } from '../servers/rclone-server.ts';
import { key, measureBucket, type MeasureOptions, tallyOf } from './measure-bucket.ts';

if (!hasRclone)
  console.warn('No rclone in .cache/servers (npm run servers builds it): the tests on a real S3 server are skipped.');

describe.skipIf(!hasRclone)('a bucket of a real S3 server', () => {
  let folder: string;
  let server: S3Server;
  let store: MeasureOptions['store'];
  const files = new Map<string, number>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'soteria-s3-'));
    for (let volume = 0; volume < 6; volume += 1) {
      const root = `backupstore/volumes/${volume}${volume}/ab/pvc-${volume}`;
      for (let block = 0; block < 400; block += 1) {
        files.set(`${root}/blocks/${(block % 16).toString(16)}0/00/${block}.blk`, 10 + ((block * 7919) % 90));
      }
      files.set(`${root}/volume.cfg`, 300);
      files.set(`${root}/backups/backup_a & b.cfg`, 400);
    }
    files.set('photos/Übersicht (1).txt', 123);
    for (const [name, size] of files) {
      const file = join(folder, 'backups', name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, 'x'.repeat(size));
    }
    server = await startRcloneServer(folder, key);
    store = { api: 's3', endpoint: server.url };
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('has rclone’s sums to the byte', async () => {
    const progress = await measureBucket({ store });
    const { bytes, objects } = tallyOf(progress);
    expect({ bytes, count: objects }).toEqual(await server.size('backups'));
    expect(objects).toBe(files.size);
    // This server has no versions: the listing falls back, and reports that.
    expect(progress.seesVersions).toBe(false);
  });

  it('is attributed to the volumes whose folders it holds', async () => {
    const { owners } = tallyOf(await measureBucket({ store }));
    expect(Object.keys(owners).toSorted()).toEqual([
      'prefix|photos/',
      ...Array.from({ length: 6 }, (_, volume) => `volume||pvc-${volume}`),
    ]);
    expect(owners['volume||pvc-3']).toMatchObject({ objects: 402, parts: { backups: { objects: 1, bytes: 400 } } });
  });

  it('has the same sums when every process is stopped after one page', async () => {
    let progress = await measureBucket({ store, isTimeUp: () => true });
    let processes = 0;
    for (; progress.tasks.length > 0; processes += 1) {
      const stored = JSON.parse(JSON.stringify(progress)) as typeof progress;
      progress = await measureBucket({
        store: { ...store, parallel: 1 },
        progress: stored,
        isTimeUp: (pages) => pages >= 1,
      });
    }
    expect(processes).toBeGreaterThan(2);
    const { bytes, objects } = tallyOf(progress);
    expect({ bytes, count: objects }).toEqual(await server.size('backups'));
  });

  it.each([
    ['a wrong key', { keyId: 'another' }, 'bad_credentials'],
    ['a wrong secret', { applicationKey: 'another-secret' }, 'bad_credentials'],
    ['a missing bucket', { buckets: [{ name: 'missing', prefix: '' }] }, 'bucket_missing'],
  ])('is refused with %s, and says so', async (_title, wanted, reason) => {
    await expect(measureBucket({ store: { ...store, ...wanted } })).rejects.toMatchObject({
      code: 'bucket_refused',
      details: { reason },
    });
  });
});

describe('a store that refuses', () => {
  async function refusing(status: number, code: string) {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>with a secret</Message></Error>`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const store: MeasureOptions['store'] = {
      api: 's3',
      endpoint: new URL(`http://127.0.0.1:${port}`),
      buckets: [{ name: 'b', prefix: '' }],
    };
    return { store, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
  }

  it.each([
    [403, 'RequestTimeTooSkewed', 'clock_skew'],
    [403, 'SignatureDoesNotMatch', 'bad_credentials'],
    [403, 'AccessDenied', 'forbidden'],
    [301, 'PermanentRedirect', 'wrong_region'],
    [404, 'NoSuchBucket', 'bucket_missing'],
    [418, 'Teapot', 'unexpected_answer'],
  ])('with %i %s is understood as %s, in our words', async (status, code, reason) => {
    await using server = await refusing(status, code);
    const thrown: unknown = await measureBucket({ store: server.store }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'bucket_refused', details: { reason } });
    expect(JSON.stringify(thrown)).not.toContain('with a secret');
  });

  it('that is temporary is retried a few times', async () => {
    await using server = await refusing(503, 'SlowDown');
    const waits: number[] = [];
    const asked = measureBucket({ store: server.store, onWait: (ms) => waits.push(ms) });
    await expect(asked).rejects.toMatchObject({ code: 'bucket_unavailable' });
    expect(waits).toHaveLength(6);
  });

  it('is reported when no server listens', async () => {
    const store = { api: 's3', endpoint: new URL('http://127.0.0.1:1'), buckets: [{ name: 'b', prefix: '' }] } as const;
    await expect(measureBucket({ store })).rejects.toMatchObject({ code: 'bucket_unavailable' });
  });
});
