/** The function's S3 part against moto, an S3 server with versions, compared with rclone's counts of the same bucket and moto's own pages. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBucketPages } from './bucket-pages.ts';
import { servePages } from './serve-pages.ts';
import { openSource } from '../../functions/b2-usage/open-source.ts';
import type { ListedVersion } from '../../functions/b2-usage/bucket/port.ts';
import { listenOnLoopback } from '../../local/mesh/loopback-server.ts';
import { hasMoto, type MotoServer, startMotoServer } from '../servers/moto-server.ts';
import { hasRclone, rcloneSize } from '../servers/rclone-server.ts';
import { key, measureBucket, type MeasureOptions, settingsOf, tallyOf } from './measure-bucket.ts';

const isPossible = hasMoto && hasRclone;
if (!isPossible)
  console.warn('SKIPPED: no moto or no rclone in .cache/servers (npm run servers): S3 with versions was not tested.');

const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
const encoded = (name: string) => name.split('/').map(encodeURIComponent).join('/');

describe.skipIf(!isPossible)('a bucket of an S3 server with versions', () => {
  let moto: MotoServer;
  let store: MeasureOptions['store'];
  let put: (name: string, size: number) => Promise<unknown>;
  let remove: (name: string) => Promise<unknown>;

  beforeAll(async () => {
    moto = await startMotoServer();
    store = { api: 's3', endpoint: moto.url, buckets: [{ name: 'backups', prefix: '' }] };
    put = (name, size) => moto.call('PUT', `/backups/${encoded(name)}`, 'x'.repeat(size));
    remove = (name) => moto.call('DELETE', `/backups/${encoded(name)}`);
    await moto.call('PUT', '/backups');
    await moto.call('PUT', '/backups?versioning', enabled);
    const root = 'backupstore/volumes';
    const names = Array.from(
      { length: 1_300 },
      (_, n) => `${root}/${n % 2 ? 'ab' : 'cd'}/01/pvc-${n % 2}/blocks/00/${n}.blk`,
    );
    await inParallel(names, (name, n) => put(name, 10 + (n % 90)));
    // Replaced, deleted, and deleted and written again.
    await inParallel(names.slice(0, 300), (name, n) => put(name, 200 + n));
    await inParallel(names.slice(200, 400), (name) => remove(name));
    await inParallel(names.slice(350, 360), (name) => put(name, 5));
    for (const name of ['photos/Übersicht (1).txt', 'photos/a & b + c%.txt', "photos/it's <new>.txt"])
      await put(name, 7);
    const completed = await beginUpload('photos/whole.bin', 6_000_000, 17);
    const parts = completed.etags.map(
      (etag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    await moto.call('POST', completed.path, `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
    await beginUpload('photos/half & half.bin', 5_500_000, 23);
    await beginUpload('photos/begun.bin');
  }, 120_000);
  afterAll(() => moto.stop());

  async function beginUpload(name: string, ...sizes: number[]) {
    const answer = await moto.call('POST', `/backups/${encoded(name)}?uploads`);
    const id = /<UploadId>([^<]+)</.exec(answer)?.[1] ?? '';
    const path = `/backups/${encoded(name)}?uploadId=${id}`;
    for (const [n, size] of sizes.entries()) await moto.call('PUT', `${path}&partNumber=${n + 1}`, 'x'.repeat(size));
    const listed = await moto.call('GET', path);
    return { path, etags: [...listed.matchAll(/<ETag>([^<]+)<\/ETag>/g)].map(([, etag = '']) => etag) };
  }

  const rclone = async () => ({
    current: await rcloneSize({ endpoint: moto.url, keys: key, bucket: 'backups' }),
    all: await rcloneSize({ endpoint: moto.url, keys: key, bucket: 'backups', withVersions: true }),
  });

  it('has rclone’s sums to the byte, with versions and without', async () => {
    const { current, all } = await rclone();
    const progress = await measureBucket({ store });
    const { bytes, objects, hiddenBytes, hiddenObjects, markers } = tallyOf(progress);
    expect(progress.seesVersions).toBe(true);
    expect({ bytes, count: objects }).toEqual(current);
    expect({ bytes: bytes + hiddenBytes, count: objects + hiddenObjects }).toEqual(all);
    expect(markers).toBe(200);
    expect(hiddenObjects).toBeGreaterThan(400);
  });

  it('has the same sums when every process is stopped after one page', async () => {
    const whole = tallyOf(await measureBucket({ store }));
    let progress = await measureBucket({ store, isTimeUp: () => true });
    let processes = 0;
    for (; progress.tasks.length > 0; processes += 1) {
      const stored = JSON.parse(JSON.stringify(progress)) as typeof progress;
      progress = await measureBucket({ store, progress: stored, isTimeUp: (pages) => pages >= 1 });
    }
    expect(processes).toBeGreaterThan(1);
    const { hiddenByAge: _one, ...expected } = whole;
    expect(tallyOf(progress)).toMatchObject(expected);
  });

  it('has the same sums when answers break off and are requested again', async () => {
    let count = 0;
    let dropped = 0;
    const proxy = await listenOnLoopback((request, response) => {
      void (async () => {
        const headers = { authorization: request.headers.authorization ?? '' };
        const body = await (await fetch(new URL(request.url ?? '/', moto.url), { headers })).text();
        count += 1;
        if (count % 3 !== 0) return void response.end(body);
        dropped += 1;
        response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
        response.write(body.slice(0, Math.floor(body.length / 2)), () => response.destroy());
      })();
    });
    const whole = tallyOf(await measureBucket({ store }));
    const broken = tallyOf(await measureBucket({ store: { ...store, endpoint: new URL(proxy.url) } }));
    await proxy.close();
    expect(dropped).toBeGreaterThan(0);
    const { hiddenByAge: _one, ...expected } = whole;
    expect(broken).toMatchObject(expected);
  });

  it('counts an object that exists throughout the listing exactly once, while others change', async () => {
    const before = tallyOf(await measureBucket({ store }));
    let changes = 0;
    // Without bytes, so that the sums of bytes show whether an object was counted twice or left out.
    const change = async () => {
      changes += 1;
      await put(`backupstore/volumes/ab/01/pvc-1/blocks/00/0-${changes % 7}`, 0);
      if (changes % 2 === 0) await remove(`backupstore/volumes/ab/01/pvc-1/blocks/00/0-${changes % 5}`);
    };
    const proxy = await listenOnLoopback((request, response) => {
      void (async () => {
        await change();
        const headers = { authorization: request.headers.authorization ?? '' };
        response.end(await (await fetch(new URL(request.url ?? '/', moto.url), { headers })).text());
      })();
    });
    const { bytes, hiddenBytes } = tallyOf(await measureBucket({ store: { ...store, endpoint: new URL(proxy.url) } }));
    await proxy.close();
    expect(changes).toBeGreaterThan(3);
    expect({ bytes, hiddenBytes }).toEqual({ bytes: before.bytes, hiddenBytes: before.hiddenBytes });
  });

  it('has unfinished uploads with the bytes of their parts, and a finished upload does not count', async () => {
    const { source, close } = openSource(settingsOf(store), () => undefined);
    const uploads = await Array.fromAsync(
      source.listUploads({ name: 'backups', prefix: '' }, new AbortController().signal),
    );
    close();
    expect(uploads.map(({ key: name, sizeBytes }) => `${name}: ${sizeBytes}`).toSorted()).toEqual([
      'photos/begun.bin: 0',
      'photos/half & half.bin: 5500023',
    ]);
    // moto reports 2010 for every upload.
    expect(uploads.every(({ startedAtMs }) => startedAtMs > 0)).toBe(true);
  });

  it('reports its settings', async () => {
    const { source, close } = openSource(settingsOf(store), () => undefined);
    const traitsOf = (name: string) => source.traits(name, new AbortController().signal);
    await moto.call('PUT', '/plain');
    const expire = '<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>';
    const rule = `<Rule><ID>a</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>${expire}</Rule>`;
    expect(await traitsOf('backups')).toMatchObject({ isVersioned: true, hasHiddenVersionRule: false });
    await moto.call('PUT', '/backups?lifecycle', `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`);
    expect(await traitsOf('backups')).toMatchObject({ isVersioned: true, hasHiddenVersionRule: true });
    expect(await traitsOf('plain')).toEqual({ isVersioned: false, hasObjectLock: false, hasHiddenVersionRule: false });
    close();
  });
});

describe.skipIf(!isPossible)('the bucket of the bench, that exists in its pages only', () => {
  const pages = createBucketPages({ seed: 'soteria', versionCount: 10_000, maxObjectBytes: 210 });

  it('is listed page by page as moto lists the same 10,000 versions', async () => {
    const moto = await startMotoServer();
    const generated = await servePages(pages);
    try {
      await moto.call('PUT', '/bench');
      await moto.call('PUT', '/bench?versioning', enabled);
      const entries = [...pages.entries()];
      const write = ({ key: name, sizeBytes }: (typeof entries)[number]) =>
        moto.call('PUT', `/bench/${name}`, 'x'.repeat(sizeBytes));
      // An older version was written before.
      await inParallel(
        entries.filter(({ isOlder }) => isOlder),
        write,
      );
      await inParallel(
        entries.filter(({ isOlder }) => !isOlder),
        write,
      );
      // Every page costs moto a scan of the whole bucket: all pages once, then some of each kind.
      for (const [prefix, isFolderOnly] of [
        ['', false],
        ['', true],
        ['backupstore/volumes/', true],
        ['backupstore/volumes/7f/', false],
      ] as const) {
        const ofMoto = await listed(moto.url, prefix, isFolderOnly);
        expect(await listed(new URL(generated.url), prefix, isFolderOnly)).toEqual(ofMoto);
        expect(ofMoto.length).toBe(prefix === '' && !isFolderOnly ? 10 : 1);
      }
      const { totals } = pages;
      const all = await rcloneSize({
        endpoint: new URL(generated.url),
        keys: key,
        bucket: 'bench',
        withVersions: true,
      });
      expect(all).toEqual({ bytes: totals.allBytes, count: totals.allVersions });
      const bench: MeasureOptions['store'] = { api: 's3', endpoint: new URL(generated.url) };
      const measured = tallyOf(await measureBucket({ store: { ...bench, buckets: [{ name: 'bench', prefix: '' }] } }));
      expect([measured.bytes, measured.objects]).toEqual([totals.bytes, totals.objects]);
      expect(measured.bytes + measured.hiddenBytes).toBe(totals.allBytes);
    } finally {
      await generated.close();
      await moto.stop();
    }
  }, 240_000);

  /** The answers of each page, without the names of versions and their instants. */
  async function listed(endpoint: URL, prefix: string, isFolderOnly: boolean) {
    const { source, close } = openSource(settingsOf({ api: 's3', endpoint }), () => undefined);
    const found: object[] = [];
    let cursor: string | undefined;
    do {
      const versions: ListedVersion[] = [];
      const request = { bucket: 'bench', prefix, isFolderOnly, cursor };
      const page = await source.listPage(
        request,
        () => {
          versions.length = 0;
          return (version) => void versions.push({ ...version, atMs: 0 });
        },
        new AbortController().signal,
      );
      found.push({ versions, folders: page.folders, isLast: page.nextCursor === undefined });
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    close();
    return found;
  }
});

async function inParallel<T>(items: readonly T[], act: (item: T, index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      const item = items[index];
      if (item !== undefined) await act(item, index);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
