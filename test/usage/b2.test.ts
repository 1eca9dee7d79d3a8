/** The function's B2 part against a server with B2's semantics: versions, markers, pages, tokens that expire, storms of refusals. */
import { afterEach, describe, expect, it } from 'vitest';
import { openSource } from '../../functions/b2-usage/open-source.ts';
import { type B2Key, type B2Server, type B2ServerOptions, startB2Server } from '../../local/bucket/b2-server.ts';
import { inListingOrder, type StoredVersion } from '../../local/bucket/stored-version.ts';
import { key, measureBucket, type MeasureOptions, settingsOf, tallyOf } from './measure-bucket.ts';

const open: B2Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const hour = 3_600_000;
const noon = Date.parse('2026-01-31T12:00:00Z');

/** Twelve volumes with blocks, replaced and deleted backups, and unfinished large files. */
function content(blocksPerVolume = 300): StoredVersion[] {
  const versions: StoredVersion[] = [];
  let id = 0;
  const add = (name: string, action: StoredVersion['action'], sizeBytes: number, hoursAgo: number) =>
    versions.push({ name, id: String((id += 1)), action, sizeBytes, uploadedAtMs: noon - hoursAgo * hour });
  for (let volume = 0; volume < 12; volume += 1) {
    const folder = `backupstore/volumes/${(volume * 21).toString(16).padStart(2, '0')}/7f/pvc-${volume}`;
    for (let block = 0; block < blocksPerVolume; block += 1) {
      add(`${folder}/blocks/${(block % 256).toString(16).padStart(2, '0')}/00/${block}.blk`, 'upload', 1000 + block, 9);
    }
    add(`${folder}/volume.cfg`, 'upload', 300, 50);
    add(`${folder}/volume.cfg`, 'upload', 310, 20);
    add(`${folder}/volume.cfg`, 'upload', 320, 5);
    add(`${folder}/backups/backup_gone.cfg`, 'upload', 77, 30);
    add(`${folder}/backups/backup_gone.cfg`, 'hide', 0, 2);
    add(`${folder}/backups/backup_unfinished.cfg`, 'start', 0, 3);
  }
  return versions.toSorted(inListingOrder);
}

function expectedOf(versions: readonly StoredVersion[]) {
  const sums = { bytes: 0, objects: 0, hiddenBytes: 0, hiddenObjects: 0, markers: 0 };
  const seen = new Set<string>();
  for (const { name, action, sizeBytes } of versions) {
    if (action === 'start') continue;
    const isFirst = !seen.has(name);
    seen.add(name);
    if (action === 'hide') sums.markers += 1;
    else if (isFirst) {
      sums.bytes += sizeBytes;
      sums.objects += 1;
    } else {
      sums.hiddenBytes += sizeBytes;
      sums.hiddenObjects += 1;
    }
  }
  return sums;
}

const lister: B2Key = { ...key, capabilities: ['listBuckets', 'listFiles'] };

async function serve(versions: readonly StoredVersion[], options: Partial<B2ServerOptions> = {}) {
  const server = await startB2Server({
    keys: [lister],
    buckets: [{ name: 'backups', versions: () => Promise.resolve(versions) }],
    ...options,
  });
  open.push(server);
  const store: MeasureOptions['store'] = { api: 'b2', endpoint: new URL(server.url) };
  return { server, store };
}

describe('a bucket of B2', () => {
  const versions = content();

  it.each([1, 4])('has the sums of an independent count, with %i listings in parallel', async (parallel) => {
    const { store } = await serve(versions);
    const progress = await measureBucket({ store: { ...store, parallel } });
    expect(tallyOf(progress)).toMatchObject(expectedOf(versions));
    expect(Object.keys(tallyOf(progress).owners).filter((owner) => owner.startsWith('volume|'))).toHaveLength(12);
  });

  it('has the same sums when tokens expire again and again', async () => {
    const { server, store } = await serve(versions, { callsPerToken: 2 });
    expect(tallyOf(await measureBucket({ store }))).toMatchObject(expectedOf(versions));
    expect(server.calls.filter((call) => call === 'b2_authorize_account').length).toBeGreaterThan(3);
  });

  it('has the same sums through a storm of 503, with the pauses that the store asks for', async () => {
    const waits: number[] = [];
    const { store } = await serve(versions, {
      trouble: (_call, count) =>
        count % 4 < 2 ? { status: 503, code: 'service_unavailable', retryAfter: '3' } : undefined,
    });
    expect(tallyOf(await measureBucket({ store, onWait: (ms) => waits.push(ms) }))).toMatchObject(expectedOf(versions));
    expect(waits.length).toBeGreaterThan(3);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(3_000);
  });

  it('has the same sums when answers break off', async () => {
    const { store } = await serve(versions, { trouble: (_call, count) => (count % 3 === 0 ? 'drop' : undefined) });
    expect(tallyOf(await measureBucket({ store }))).toMatchObject(expectedOf(versions));
  });

  it('has the same sums when every process is stopped after two pages', async () => {
    const { store } = await serve(versions);
    let progress = await measureBucket({ store, isTimeUp: () => true });
    let processes = 0;
    while (progress.tasks.length > 0) {
      processes += 1;
      // The next process gets the progress from the record.
      const stored = JSON.parse(JSON.stringify(progress)) as typeof progress;
      progress = await measureBucket({ store, progress: stored, isTimeUp: (pages) => pages >= 2 });
    }
    expect(processes).toBeGreaterThan(2);
    expect(tallyOf(progress)).toMatchObject(expectedOf(versions));
  });

  it('counts an object that exists throughout the listing exactly once, while others change', async () => {
    const steady = content();
    const comingAndGoing = Array.from({ length: 500 }, (_, n): StoredVersion => ({
      name: `backupstore/volumes/50/7f/pvc-new/blocks/${n}.blk`,
      id: String(100_000 + n),
      action: 'upload',
      sizeBytes: 0,
      uploadedAtMs: noon,
    }));
    let asked = 0;
    const { store } = await serve([], {
      buckets: [
        {
          name: 'backups',
          versions: () => {
            asked += 1;
            return Promise.resolve(
              [...steady, ...comingAndGoing.slice(0, (asked * 97) % 500)].toSorted(inListingOrder),
            );
          },
        },
      ],
    });
    const { bytes, hiddenBytes } = expectedOf(steady);
    expect(tallyOf(await measureBucket({ store }))).toMatchObject({ bytes, hiddenBytes });
  });

  it.each(['a key limited to a bucket', 'a key limited to a prefix'])(
    'is measured as far as %s sees',
    async (title) => {
      const namePrefix = title.endsWith('prefix') ? 'backupstore/volumes/15/' : '';
      const limited = { ...lister, bucket: 'backups', ...(namePrefix === '' ? {} : { namePrefix }) };
      const { store } = await serve(versions, { keys: [limited] });
      const seen = versions.filter(({ name }) => name.startsWith(namePrefix));
      expect(seen.length).toBeGreaterThan(300);
      expect(tallyOf(await measureBucket({ store }))).toMatchObject(expectedOf(seen));
    },
  );

  it('has unfinished large files, with the bytes of their parts', async () => {
    const parts = [5_000_000, 5_000_000, 17];
    const unfinished: StoredVersion = {
      name: 'a/large',
      id: '1',
      action: 'start',
      sizeBytes: 0,
      uploadedAtMs: noon,
      parts: [...parts, ...Array.from({ length: 1_500 }, () => 10)],
    };
    const { store } = await serve([unfinished]);
    const { source, close } = openSource(settingsOf(store), () => undefined);
    const uploads = await Array.fromAsync(
      source.listUploads({ name: 'backups', prefix: '' }, new AbortController().signal),
    );
    close();
    expect(uploads).toEqual([{ key: 'a/large', startedAtMs: noon, sizeBytes: 10_000_017 + 15_000 }]);
  });

  it('has unfinished large files that may end while they are counted', async () => {
    const start = (id: string): StoredVersion => ({
      name: id,
      id,
      action: 'start',
      sizeBytes: 0,
      uploadedAtMs: noon,
      parts: [7],
    });
    let asked = 0;
    const { store } = await serve(['1', '2', '3'].map(start), {
      trouble: (call) =>
        call === 'b2_list_parts' && (asked += 1) === 2 ? { status: 400, code: 'bad_request' } : undefined,
    });
    const { source, close } = openSource(settingsOf(store), () => undefined);
    const uploads = await Array.fromAsync(
      source.listUploads({ name: 'backups', prefix: '' }, new AbortController().signal),
    );
    close();
    expect(uploads.map(({ key: name }) => name)).toEqual(['1', '3']);
  });

  it('reports the excess rights of a key', async () => {
    const capabilities = ['listBuckets', 'listFiles', 'readBuckets', 'writeFiles', 'deleteFiles'];
    const { store } = await serve(versions, { keys: [{ ...lister, capabilities }] });
    expect((await measureBucket({ store })).excessRights).toEqual(['writeFiles', 'deleteFiles']);
  });

  it.each([
    ['a wrong key', { keys: [{ ...lister, applicationKey: 'another' }] }, {}, 'bad_credentials'],
    ['a key without the right to list', { keys: [{ ...lister, capabilities: ['listBuckets'] }] }, {}, 'forbidden'],
    ['a missing bucket', {}, { buckets: [{ name: 'other', prefix: '' }] }, 'bucket_missing'],
    [
      'a cap that is reached',
      {
        trouble: (call: string) =>
          call === 'b2_list_file_versions' ? { status: 403, code: 'transaction_cap_exceeded' } : undefined,
      },
      {},
      'caps_exceeded',
    ],
  ])('is refused with %s, and says so', async (_title, options, wanted, reason) => {
    const { store } = await serve(versions, options);
    await expect(measureBucket({ store: { ...store, ...wanted } })).rejects.toMatchObject({
      code: 'bucket_refused',
      details: { reason },
    });
  });
});

describe('the listing of the server', () => {
  it.each([1, 100, 1000, 10_000])('is whole in pages of %i', async (maxFileCount) => {
    const versions = content(3);
    const { server } = await serve(versions);
    const call = async (name: string, init: RequestInit) =>
      (await (await fetch(`${server.url}/b2api/v4/${name}`, init)).json()) as Record<string, unknown>;
    const basic = Buffer.from(`${key.keyId}:${key.applicationKey}`).toString('base64');
    const { authorizationToken } = await call('b2_authorize_account', { headers: { authorization: `Basic ${basic}` } });
    const ids: unknown[] = [];
    let from: Record<string, unknown> = {};
    do {
      const page = await call('b2_list_file_versions', {
        method: 'POST',
        headers: { authorization: String(authorizationToken) },
        body: JSON.stringify({ bucketId: 'id-backups', maxFileCount, ...from }),
      });
      ids.push(...(page['files'] as { fileId: string }[]).map(({ fileId }) => fileId));
      from = { startFileName: page['nextFileName'], startFileId: page['nextFileId'] };
    } while (from['startFileName'] !== null);
    expect(ids).toEqual(versions.map(({ id }) => id));
  });
});
