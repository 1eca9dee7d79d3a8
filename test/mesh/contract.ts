/**
 * The answers of a mesh itself, whatever runs behind it: written once, run against `local/mesh` (`test/mesh`) and against Knative's own data plane
 * (`test/knative`). Behind every Service stands the probe function.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import {
  broker,
  brokerRef,
  namespace,
  type ProbeRequest,
  service,
  serviceRef,
  trigger,
} from '@soteria/local/mesh/testing/mesh-fixture.ts';
import { pingSources } from '@soteria/local/mesh/manifest/knative-types.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';

export interface MeshOfContract {
  readonly client: KubernetesClient;
  /** URL of the Broker `default`. */
  readonly brokerUrl: string;
  serviceUrl(name: string): string;
  /** The requests that the Service's function has received so far, in order. */
  requests(service: string): readonly ProbeRequest[];
  /** How often the function was started. */
  countStarts(service: string): number;
  /** Resolves when the function of that Service, idle, has been ended. */
  sleep(service: string): Promise<void>;
  stop(): Promise<void>;
}

const quick = { retry: 2, backoffPolicy: 'exponential', backoffDelay: 'PT0.2S' };
const letters = { deadLetterSink: serviceRef('letters', '/dead-letters') };

/** The objects that the cases need, made before the mesh starts. */
export const contractObjects: readonly JsonObject[] = [
  service('probe'),
  service('letters'),
  service('single', { pod: { containerConcurrency: 1 } }),
  service('brief', { pod: { timeoutSeconds: 1, responseStartTimeoutSeconds: 1 } }),
  service('sleeper', { scale: { window: '6s' } }),
  broker({ isAsync: true }),
  trigger('made', 'made', { delivery: { ...quick, ...letters } }),
  trigger('hasty', 'hasty', { delivery: { ...quick, ...letters, retry: 1, timeout: 'PT0.5S' } }),
  trigger('answered', 'answered', { subscriber: serviceRef('letters') }),
  trigger('loop', 'loop', { delivery: { ...letters, retry: 0 } }),
  trigger('mine', 'filtered', {
    filters: [
      { exact: { type: 'filtered' } },
      { prefix: { source: '/mine/' } },
      { not: { exact: { subject: 'not' } } },
    ],
  }),
  trigger('pinged', 'dev.knative.sources.ping'),
  trigger('watched-add', 'dev.knative.apiserver.ref.add'),
  trigger('watched-update', 'dev.knative.apiserver.ref.update'),
  trigger('watched-delete', 'dev.knative.apiserver.ref.delete'),
  {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'ApiServerSource',
    metadata: { name: 'watch', namespace },
    spec: {
      serviceAccountName: 'soteria-watch',
      mode: 'Reference',
      resources: [{ apiVersion: 'longhorn.io/v1beta2', kind: 'Backup', selector: { matchLabels: { watched: 'yes' } } }],
      namespaceSelector: {},
      sink: brokerRef,
    },
  },
];

const backups = untyped({
  group: 'longhorn.io',
  version: 'v1beta2',
  kind: 'Backup',
  plural: 'backups',
  isNamespaced: true,
});

export function meshContract(start: () => Promise<MeshOfContract>): void {
  let mesh: MeshOfContract;
  beforeAll(async () => {
    mesh = await start();
  });
  afterAll(() => mesh?.stop());

  async function publish(attributes: Readonly<Record<string, string>>, body = '{}', more = {}): Promise<number> {
    const all = { specversion: '1.0', source: '/test', type: 'made', ...attributes };
    const named = Object.entries(all).map(([name, value]) => [`ce-${name}`, value] as const);
    const headers = { 'content-type': 'application/json', ...Object.fromEntries(named), ...more };
    return (await fetch(mesh.brokerUrl, { method: 'POST', headers, body })).status;
  }
  const postTo = async (url: string, contentType: string, body: string): Promise<number> =>
    (await fetch(url, { method: 'POST', headers: { 'content-type': contentType }, body })).status;
  const withId = (service: string, id: string): readonly ProbeRequest[] =>
    mesh.requests(service).filter(({ headers }) => headers['ce-id'] === id);
  /** Exactly that many: a moment later there are no more. */
  async function received(service: string, id: string, count: number): Promise<readonly ProbeRequest[]> {
    await waitUntil(`${service} has received ${id} ${count} times`, () => {
      const { length } = withId(service, id);
      return length >= count || Promise.reject(new Error(`${length} times`));
    });
    await pause(300);
    expect(withId(service, id)).toHaveLength(count);
    return withId(service, id);
  }

  it('the ingress accepts an event in both modes and reports what is wrong with anything else', async () => {
    const event = JSON.stringify({ specversion: '1.0', id: 'whole', source: '/s', type: 'of-nobody', data: {} });
    const structured = 'application/cloudevents+json';
    expect(await publish({ id: 'in-binary', type: 'of-nobody' })).toBe(202);
    expect(await postTo(mesh.brokerUrl, structured, event)).toBe(202);
    expect(await postTo(mesh.brokerUrl, 'application/cloudevents-batch+json', `[${event}]`)).toBe(400);
    expect(await postTo(mesh.brokerUrl, 'application/json', event)).toBe(400);
    expect(await postTo(`${mesh.brokerUrl}x`, structured, event)).toBe(404);
    expect(await postTo(`${mesh.brokerUrl}/x`, structured, event)).toBe(400);
    expect(await postTo(`${mesh.brokerUrl}x`, 'application/json', event)).toBe(400);
    expect(await postTo(new URL('/', mesh.brokerUrl).href, structured, event)).toBe(404);
    expect(await publish({ id: 'no-type', type: '' })).toBe(400);
    expect(await publish({ id: 'bad-name', my_ext: 'x' })).toBe(400);
    expect(await publish({ id: 'old', type: 'of-nobody', knativebrokerttl: '1' })).toBe(400);
    expect(await publish({ id: 'nearly', type: 'of-nobody', knativebrokerttl: '2' })).toBe(202);
    expect(await postTo(new URL('/soteria', mesh.brokerUrl).href, structured, event)).toBe(400);
    expect((await fetch(mesh.brokerUrl)).status).toBe(405);
    const options = await fetch(mesh.brokerUrl, { method: 'OPTIONS' });
    const told = ['allow', 'webhook-allowed-origin'].map((name) => options.headers.get(name));
    expect([options.status, ...told]).toEqual([200, 'POST, OPTIONS', '*']);
  });

  it('a function gets the event with the Broker’s additions, and only trace and knative headers of the sender', async () => {
    const more = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-request-id': 'r1',
      'knative-x': 'k',
      'x-own': 'dropped',
      authorization: 'dropped',
    };
    expect(await publish({ id: 'seen', time: '2026-11-21T01:57:00.209154493Z' }, '{"a":1}', more)).toBe(202);
    const [request] = await received('probe', 'seen', 1);
    expect(request).toMatchObject({
      body: '{"a":1}',
      headers: {
        'content-type': 'application/json',
        'ce-time': '2026-11-21T01:57:00.209154493Z',
        'ce-knativearrivaltime': expect.stringMatching(/^\d{4}-.*Z$/),
        'x-request-id': 'r1',
        'knative-x': 'k',
        prefer: 'reply',
        'kn-namespace': namespace,
      },
    });
    expect(request?.headers['traceparent']).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
    for (const name of ['x-own', 'authorization', 'ce-knativebrokerttl'])
      expect(request?.headers).not.toHaveProperty(name);
  });

  it('a structured event comes as a binary one, with raw UTF-8 in its attributes', async () => {
    const event = { specversion: '1.0', id: 'umlaut', source: '/s', type: 'made', subject: 'bücher', data: { a: 'ü' } };
    expect(await postTo(mesh.brokerUrl, 'application/cloudevents+json', JSON.stringify(event))).toBe(202);
    const [request] = await received('probe', 'umlaut', 1);
    expect(Buffer.from(request?.headers['ce-subject'] ?? '', 'latin1').toString()).toBe('bücher');
    expect(JSON.parse(request?.body ?? '')).toEqual({ a: 'ü' });
  });

  it('a Trigger passes on the events that all its filters match', async () => {
    await publish({ id: 'elsewhere', type: 'filtered', source: '/theirs/x' });
    await publish({ id: 'excluded', type: 'filtered', source: '/mine/x', subject: 'not' });
    await publish({ id: 'meant', type: 'filtered', source: '/mine/x' });
    await received('probe', 'meant', 1);
    expect([withId('probe', 'elsewhere'), withId('probe', 'excluded')]).toEqual([[], []]);
  });

  it('a delivery is retried as its Trigger says until it is accepted', async () => {
    expect(await publish({ id: 'again', answer: 'recover.2' })).toBe(202);
    const [first, second, third] = (await received('probe', 'again', 3)).map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(190);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(390);
    expect(withId('letters', 'again')).toEqual([]);
  });

  it.each([
    ['422', 1, '422'],
    ['503', 3, '503'],
    ['404', 3, '404'],
    // The reply is not an event: the filter gives up on it, and the dead letter does not say why.
    ['json', 3, undefined],
  ])('answered %s, an event is a dead letter after %i attempts', async (answer, attempts, code) => {
    expect(await publish({ id: `refused-${answer}`, answer }, '{"kept":true}')).toBe(202);
    const [letter] = await received('letters', `refused-${answer}`, 1);
    expect(withId('probe', `refused-${answer}`)).toHaveLength(attempts);
    expect(letter).toMatchObject({
      path: '/dead-letters',
      body: '{"kept":true}',
      headers: { 'ce-type': 'made' },
    });
    expect(letter?.headers['ce-knativeerrorcode']).toBe(code);
  });

  it('a dead letter holds the function’s answer in base64', async () => {
    await publish({ id: 'why', answer: 'status.422' });
    const [letter] = await received('letters', 'why', 1);
    const { headers = {} } = letter ?? {};
    const said = headers['ce-errdata'] ?? headers['ce-knativeerrordata'] ?? '';
    expect(Buffer.from(said, 'base64').toString()).toContain('because');
  });

  it('an attempt that takes longer than the Trigger’s time-out is given up and retried', async () => {
    expect(await publish({ id: 'hangs', type: 'hasty', answer: 'hang' })).toBe(202);
    await received('letters', 'hangs', 1);
    expect(withId('probe', 'hangs')).toHaveLength(2);
  });

  it('a reply is published; a reply that comes back to its own Trigger runs out', async () => {
    await publish({ id: 'asked', answer: 'reply.answered' });
    await received('letters', 'reply-asked', 1);
    await publish({ id: 'round', type: 'loop', answer: 'reply.loop', knativebrokerttl: '4' });
    await received('probe', 'reply-reply-round', 1);
    await pause(500);
    expect(withId('probe', 'reply-reply-reply-round')).toEqual([]);
  });

  it('of 14 requests at once to a function that serves one at a time, 3 find its queue full', async () => {
    const ask = () => fetch(`${mesh.serviceUrl('single')}/?answer=slow.100`);
    expect((await ask()).status).toBe(204);
    const answers = await Promise.all(Array.from({ length: 14 }, ask));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(11);
    const refused = answers.filter(({ status }) => status === 503);
    const texts = await Promise.all(refused.map((answer) => answer.text()));
    expect(texts).toEqual(Array(3).fill('pending request queue full\n'));
  });

  it('a request whose time is up gets 504; an answer that had begun ends with the same words', async () => {
    const late = await fetch(`${mesh.serviceUrl('brief')}/?answer=hang`);
    expect([late.status, await late.text()]).toEqual([504, 'request timeout']);
    const begun = await fetch(`${mesh.serviceUrl('brief')}/?answer=begin`);
    expect([begun.status, await begun.text()]).toEqual([200, 'firstrequest timeout']);
  });

  it('a PingSource made later sends events with Knative’s attributes', async () => {
    await mesh.client.create(pingSources, {
      apiVersion: 'sources.knative.dev/v1',
      kind: 'PingSource',
      metadata: { name: 'later', namespace },
      spec: { schedule: '*/2 * * * * *', contentType: 'application/json', data: '{"p":1}', sink: brokerRef },
    });
    const isPing = ({ headers }: ProbeRequest) => headers['ce-type'] === 'dev.knative.sources.ping';
    const [first, second] = await waitUntil('two pings have come', () => {
      const pings = mesh.requests('probe').filter(isPing);
      return pings.length >= 2 && pings;
    });
    await mesh.client.delete(pingSources, { namespace, name: 'later' });
    expect(first).toMatchObject({
      body: '{"p":1}',
      headers: {
        'ce-source': `/apis/v1/namespaces/${namespace}/pingsources/later`,
        'ce-time': expect.stringMatching(/Z$/),
        'content-type': 'application/json',
      },
    });
    expect(first?.headers['ce-id']).not.toBe(second?.headers['ce-id']);
  });

  it('an ApiServerSource reports objects that begin to match, change, and stop matching its selector, with Knative’s attributes', async () => {
    const name = 'b1';
    const at = { namespace: 'longhorn-system', name };
    const object = { apiVersion: 'longhorn.io/v1beta2', kind: 'Backup', metadata: at, spec: {} };
    await mesh.client.create(backups, object);
    await mesh.client.patch(backups, at, { metadata: { labels: { watched: 'yes' } } });
    await mesh.client.patch(backups, at, { spec: { snapshotName: 's' } });
    await mesh.client.patch(backups, at, { metadata: { labels: { watched: null } } });
    const told = () => mesh.requests('probe').filter(({ headers }) => headers['ce-name'] === name);
    await waitUntil('three events have come', () => told().length === 3);
    const kinds = ['add', 'delete', 'update'].map((kind) => `dev.knative.apiserver.ref.${kind}`);
    expect(new Set(told().map(({ headers }) => headers['ce-type']))).toEqual(new Set(kinds));
    expect(told()[0]).toMatchObject({
      headers: {
        'ce-subject': '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/backups/b1',
        'ce-apiversion': 'longhorn.io/v1beta2',
        'ce-kind': 'Backup',
        'ce-namespace': 'longhorn-system',
        'content-type': 'application/json',
      },
    });
    expect(JSON.parse(told()[0]?.body ?? '')).toMatchObject({ kind: 'Backup', namespace: 'longhorn-system', name });
  });

  it('a function that sleeps is started by the first request, which waits for it', async () => {
    const ask = (id: string, answer: string) =>
      fetch(`${mesh.serviceUrl('sleeper')}/?answer=${answer}`, { headers: { 'ce-id': id } });
    expect((await ask('before', '204')).status).toBe(204);
    const starts = mesh.countStarts('sleeper');
    await mesh.sleep('sleeper');
    expect((await ask('after', '204')).status).toBe(204);
    expect(mesh.countStarts('sleeper')).toBe(starts + 1);
  });
}
