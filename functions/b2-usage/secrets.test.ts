/** The key goes to the store only, whatever the store answers: the test searches everything visible for a canary. */
import { createServer } from 'node:http';
import { createLog } from '@soteria/shared/log/log.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { describe, expect, it } from 'vitest';
import { openSource } from './open-source.ts';
import { defaultPatience } from './bucket/try-again.ts';
import { runListing } from './in-job/run-listing.ts';
import { exposeGauges } from './report/expose-gauges.ts';
import { createTestBench } from './test-bench.ts';

const keyId = 'AKIDCANARY';
const canary = 'canary-4f1d+secret/of=the-key';
const basic = Buffer.from(`${keyId}:${canary}`).toString('base64');

interface Way {
  readonly status: number;
  readonly body: (echo: string) => string;
}

const xml = (code: string) => (echo: string) => `<Error><Code>${code}</Code><Message>${echo}</Message></Error>`;
const json = (code: string) => (echo: string) => JSON.stringify({ status: 0, code, message: echo });
const ways: readonly (readonly [string, Way])[] = [
  ['a page of a proxy', { status: 200, body: (echo) => `<html><body>${echo}</body></html>` }],
  ['nonsense', { status: 200, body: (echo) => JSON.stringify({ echo }) }],
  ['a redirect', { status: 301, body: xml('PermanentRedirect') }],
  ['a bad request', { status: 400, body: json('bad_request') }],
  ['a wrong key', { status: 401, body: json('unauthorized') }],
  ['a wrong signature', { status: 403, body: xml('SignatureDoesNotMatch') }],
  ['no right', { status: 403, body: xml('AccessDenied') }],
  ['a skewed clock', { status: 403, body: xml('RequestTimeTooSkewed') }],
  ['a code that holds the key', { status: 403, body: xml(canary) }],
  ['no such bucket', { status: 404, body: xml('NoSuchBucket') }],
  ['too many calls', { status: 429, body: json('too_many_requests') }],
  ['an error', { status: 500, body: json('internal_error') }],
  ['no service', { status: 503, body: xml('SlowDown') }],
];

/** Answers with everything it received. */
async function startEcho({ status, body }: Way) {
  const server = createServer((request, response) => {
    const told = JSON.stringify(request.headers);
    response.writeHead(status, { 'retry-after': canary, location: `http://${keyId}:x@localhost/` });
    response.end(body(`${told} ${basic} ${canary}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createBed(api: 'b2' | 's3', endpoint: string) {
  const lines: string[] = [];
  const bench = createTestBench({
    env: {
      SOTERIA_B2_API: api,
      SOTERIA_B2_ENDPOINT: endpoint,
      SOTERIA_B2_KEY_ID: keyId,
      SOTERIA_B2_APPLICATION_KEY: canary,
      SOTERIA_B2_BUCKETS: 'backups',
    },
    openSource: ({ store }, onCall) => {
      if (store === undefined) throw new Error('the test has no store');
      return openSource(store, onCall, { ...defaultPatience, sleep: () => Promise.resolve() });
    },
    writeLog: (line) => lines.push(line),
  });
  /** Everything that leaves the process, except calls to the store. */
  async function seen(): Promise<string> {
    const report = await bench.report('?refresh=true');
    const stored = (await bench.client.list(configMaps, { namespace: 'soteria' })).items;
    return [...lines, ...bench.answers, JSON.stringify([report, stored, bench.sent]), exposeGauges(report)].join('\n');
  }
  return { ...bench, seen, lines };
}

function expectNoKey(text: string): void {
  expect(text).not.toContain(canary);
  expect(text).not.toContain(JSON.stringify(canary).slice(1, -1));
  expect(text).not.toContain(basic);
  expect(text).not.toContain('AWS4-HMAC');
}

describe.each(['b2', 's3'] as const)('a store with the API %s', (api) => {
  it.each(ways)('that answers with %s gives away no key', async (_title, way) => {
    await using echo = await startEcho(way);
    const bed = createBed(api, echo.url);
    await bed.ping();
    await bed.app.request('/v1/b2/measure', { method: 'POST' });
    const text = await bed.seen();
    expect(text).toContain('"failure":{');
    expectNoKey(text);
  });

  it.each(['http://127.0.0.1:1', 'https://127.0.0.1:1'])(
    'that does not listen at %s gives away no key',
    async (url) => {
      const bed = createBed(api, url);
      await bed.ping();
      const text = await bed.seen();
      expect(text).toContain('ECONNREFUSED');
      expectNoKey(text);
    },
  );

  it('that refuses the Job gives away no key either', async () => {
    await using echo = await startEcho({ status: 403, body: xml('AccessDenied') });
    const bed = createBed(api, echo.url);
    await bed.app.request('/v1/b2/measure', { method: 'POST' });
    const left = await bed.usage.readProgress();
    if (left.value === undefined) throw new Error('nothing was begun');
    await bed.usage.writeProgress({ ...left, value: { ...left.value, job: { name: 'job', hasStarted: false } } });
    const log = createLog({ write: (line) => bed.lines.push(line), now: bed.now });
    const tools = { ...bed.tools, log, signal: new AbortController().signal };
    expect(await runListing(tools, left.value.id)).toBe(0);
    const text = await bed.seen();
    expect(text).toContain('listing_failed');
    expectNoKey(text);
  });
});

it('an error about wrong settings does not show the key', () => {
  const env = { SOTERIA_B2_KEY_ID: 'key', SOTERIA_B2_APPLICATION_KEY: 'short-1', SOTERIA_B2_PARALLEL: 'x' };
  let told = '';
  try {
    createTestBench({ env });
  } catch (error) {
    told = JSON.stringify(error) + String(error);
  }
  expect(told).toContain('SOTERIA_B2_PARALLEL');
  expect(told).not.toContain('short-1');
});
