/**
 * The shipped program of the listing Job, killed in the middle of a listing: the next process continues from the stored progress,
 * and the sums match the bucket.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeName } from '../../functions/b2-usage/config.ts';
import { newProgress, type Progress } from '../../functions/b2-usage/record/progress.ts';
import { createUsageStore, type UsageStore } from '../../functions/b2-usage/record/usage-store.ts';
import { startB2Server } from '../../local/bucket/b2-server.ts';
import { applyManifests } from '../../local/apply-manifests.ts';
import { type Cluster, startCluster } from '../../local/cluster.ts';
import { type LoopbackServer, listenOnLoopback } from '../../local/mesh/loopback-server.ts';
import { bundleFunctions } from '../../scripts/bundle-functions.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { createBucketPages } from './bucket-pages.ts';
import { key, tallyOf } from './measure-bucket.ts';
import { servePages } from './serve-pages.ts';

const versionCount = 100_000;
/** A store far away: a listing takes longer than the time between two checkpoints. */
const latencyMs = 120;
const measurement = 'm-1';

let folder: string;
let cluster: Cluster;
let usage: UsageStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soteria-killed-'));
  await bundleFunctions({ outDir: folder });
  cluster = await startCluster({ dataDir: folder, kubeconfig: undefined, port: 0 });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'soteria' } };
  await applyManifests(cluster.client, [namespace]);
  usage = createUsageStore(cluster.client, 'soteria');
});
afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Forwards everything, late. */
function farAway(target: string): Promise<LoopbackServer> {
  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
    const { authorization = '' } = request.headers;
    const answer = await fetch(new URL(request.url ?? '/', target), {
      method: request.method ?? 'GET',
      headers: { authorization },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    setTimeout(() => {
      response.writeHead(answer.status);
      // B2 tells the client which URL to call next.
      response.end(text.replaceAll(target, server.url));
    }, latencyMs);
  }
  const listening = listenOnLoopback((request, response) => void forward(request, response));
  let server: LoopbackServer;
  return listening.then((started) => (server = started));
}

async function startLister(store: Readonly<Record<string, string>>) {
  const env = {
    ...(await cluster.functionEnv('b2-usage-listing')),
    ...store,
    SOTERIA_B2_KEY_ID: key.keyId,
    SOTERIA_B2_APPLICATION_KEY: key.applicationKey,
    SOTERIA_B2_PARALLEL: '2',
  };
  const child = spawn(process.execPath, [join(folder, 'b2-usage.cjs'), 'list', measurement], { env, stdio: 'ignore' });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { ended, kill: () => child.kill('SIGKILL') };
}

async function readProgress(): Promise<Progress> {
  const { value } = await usage.readProgress();
  if (value === undefined) throw new Error('there is no measurement');
  return value;
}

const counted = ({ buckets }: Progress): number => {
  const tally = buckets?.[0]?.tally;
  return (tally?.objects ?? 0) + (tally?.hiddenObjects ?? 0);
};

const pages = createBucketPages({ seed: 'soteria', versionCount });

async function serveS3() {
  const bucket = await servePages(pages);
  const server = await farAway(bucket.url);
  const store = { SOTERIA_B2_API: 's3', SOTERIA_B2_ENDPOINT: server.url, SOTERIA_B2_BUCKETS: 'bench' };
  return { store, close: () => Promise.all([bucket.close(), server.close()]) };
}

async function serveB2() {
  const versions = [...pages.entries()].map(({ key: name, sizeBytes, isOlder }, at) => ({
    name,
    id: String(at),
    action: 'upload' as const,
    sizeBytes,
    uploadedAtMs: isOlder ? 1 : 2,
  }));
  const bucket = await startB2Server({
    keys: [{ ...key, capabilities: ['listBuckets', 'listFiles'] }],
    buckets: [{ name: 'bench', versions: () => Promise.resolve(versions) }],
  });
  const server = await farAway(bucket.url);
  const store = { SOTERIA_B2_API: 'b2', SOTERIA_B2_ENDPOINT: server.url };
  return { store, close: () => Promise.all([bucket.close(), server.close()]) };
}

describe.each([
  ['S3', serveS3],
  ['B2', serveB2],
])('a listing of %s', (_title, serve) => {
  it('whose process is killed halfway continues, and counts everything once', async () => {
    const { store, close } = await serve();
    const name = storeName({
      api: store.SOTERIA_B2_API === 's3' ? 's3' : 'b2',
      endpoint: new URL(store.SOTERIA_B2_ENDPOINT),
      keyId: key.keyId,
      buckets: store.SOTERIA_B2_API === 's3' ? [{ name: 'bench', prefix: '' }] : [],
    });
    const begun = { ...newProgress(measurement, new Date(), 'test', name), job: { name: 'job', hasStarted: false } };
    const { object } = await usage.readProgress();
    await usage.writeProgress({ value: begun, object });

    const first = await startLister(store);
    await waitUntil('some of it is noted', async () => counted(await readProgress()) > 0);
    first.kill();
    expect(await first.ended).toEqual([null, 'SIGKILL']);
    const left = await usage.readProgress();
    if (left.value === undefined) throw new Error('the measurement is gone');
    expect(counted(left.value)).toBeLessThan(versionCount);
    expect(left.value.tasks.length).toBeGreaterThan(0);
    expect(left.value.job).toMatchObject({ hasStarted: true });

    // Simulates that the lease of the dead process has run out.
    await usage.writeProgress({ ...left, value: { ...left.value, leaseUntil: undefined } });
    const second = await startLister(store);
    expect(await second.ended).toEqual([0, null]);
    const end = await readProgress();
    expect(end.tasks).toEqual([]);
    const { bytes, objects, hiddenBytes, hiddenObjects } = tallyOf(end);
    const { totals } = pages;
    expect({ bytes, objects }).toEqual({ bytes: totals.bytes, objects: totals.objects });
    expect({ bytes: bytes + hiddenBytes, versions: objects + hiddenObjects }).toEqual({
      bytes: totals.allBytes,
      versions: totals.allVersions,
    });
    await close();
  });
});
