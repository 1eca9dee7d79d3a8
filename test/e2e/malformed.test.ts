/** Malformed requests at each door: the right answer, a dead letter where the Broker had accepted the event, and no change. */
import { backups, snapshots } from '@soteria/shared/longhorn/resource-types.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { type Claim, isAbout, type LocalBed, startLocalBed } from './local-bed.ts';
import { backupRequested, contentModes, type EventToSend, type Message, post } from './send-event.ts';

const claim: Claim = { namespace: 'shop', name: 'data' };
const good = { namespace: claim.namespace, pvc: claim.name };
const restoreRequested = 'dev.soteria.restore.requested.v1';
const limitBytes = 1024 * 1024;
const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);
const bigText = 'x'.repeat(limitBytes);

/** `ingress`: the broker refuses it. `unclaimed`: no Trigger matches it. */
type Way = 'ingress' | 'dead letter' | 'unclaimed' | 'done';
type Make = (id: string) => Message;
type Row = readonly [title: string, make: Make, direct: number, throughBroker: Way];

const { binary, structured } = contentModes;

function inBoth(title: string, event: Omit<EventToSend, 'id'>, direct: number, way: Way): Row[] {
  return [
    [`${title}, binary`, (id) => binary({ ...event, id }), direct, way],
    [`${title}, structured`, (id) => structured({ ...event, id }), direct, way],
  ];
}

const request = (data: unknown, more: Partial<EventToSend> = {}) => ({ type: backupRequested, data, ...more });

/** Changes the headers or the body of a good event; undefined removes a header. */
function otherwise(
  make: (event: EventToSend) => Message,
  change: { readonly headers?: Readonly<Record<string, string | undefined>>; readonly body?: string },
): Make {
  return (id) => {
    const { headers, body } = make({ ...request(good), id });
    const changed = Object.entries({ ...headers, ...change.headers }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return { headers: Object.fromEntries(changed), body: change.body ?? body };
  };
}

function reworded(change: (whole: Record<string, unknown>) => unknown): Make {
  return (id) => {
    const { headers, body } = structured({ ...request(good), id });
    const whole: Record<string, unknown> = JSON.parse(body);
    return { headers, body: JSON.stringify(change(whole)) };
  };
}

const rows: readonly Row[] = [
  ['no ce-id', otherwise(binary, { headers: { 'ce-id': undefined } }), 400, 'ingress'],
  ['no ce-source', otherwise(binary, { headers: { 'ce-source': undefined } }), 400, 'ingress'],
  ['no ce-type', otherwise(binary, { headers: { 'ce-type': undefined } }), 400, 'ingress'],
  ['no ce-specversion', otherwise(binary, { headers: { 'ce-specversion': undefined } }), 400, 'ingress'],
  ['another specversion', otherwise(binary, { headers: { 'ce-specversion': '0.3' } }), 400, 'ingress'],
  ['a malformed time', otherwise(binary, { headers: { 'ce-time': 'yesterday' } }), 400, 'ingress'],
  ['no event at all', () => ({ headers: { 'content-type': 'application/json' }, body: '{}' }), 400, 'ingress'],
  ['structured, not JSON', otherwise(structured, { body: '{"specversion":' }), 400, 'ingress'],
  ['structured, a list', otherwise(structured, { body: '[]' }), 400, 'ingress'],
  ['structured, without an id', reworded(({ id: _id, ...rest }) => rest), 400, 'ingress'],
  ['structured, an attribute that is an object', reworded((whole) => ({ ...whole, subject: {} })), 400, 'ingress'],
  [
    'a batch',
    otherwise(structured, { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: '[]' }),
    400,
    'ingress',
  ],
  ['data that are not JSON', otherwise(binary, { body: '{"namespace":' }), 400, 'dead letter'],
  ['data of another kind', otherwise(binary, { headers: { 'content-type': 'text/plain' } }), 422, 'dead letter'],
  ...inBoth('no data', { type: backupRequested }, 422, 'dead letter'),
  ...inBoth('a list for data', request([good]), 422, 'dead letter'),
  ...inBoth('a member of the wrong type', request({ ...good, pvc: 7 }), 422, 'dead letter'),
  ...inBoth('a member too few', request({ namespace: good.namespace }), 422, 'dead letter'),
  ...inBoth('a member nobody knows', request({ ...good, force: true }), 422, 'dead letter'),
  ...inBoth('a name that is none', request({ ...good, namespace: '../kube-system' }), 422, 'dead letter'),
  ...inBoth('a namespace that is not there', request({ ...good, namespace: 'nowhere' }), 422, 'dead letter'),
  ...inBoth('an hour and a minute ago', request(good, { time: minutes(-61) }), 422, 'dead letter'),
  ...inBoth('six minutes ahead', request(good, { time: minutes(6) }), 422, 'dead letter'),
  ...inBoth('a malformed signature', request(good, { extensions: { soteriasignature: 'v1=00' } }), 401, 'dead letter'),
  ...inBoth('a body that is too large', request({ ...good, tags: [bigText] }), 413, 'dead letter'),
  ...inBoth('a type nobody knows', { type: 'dev.soteria.backup.requested.v9', data: good }, 422, 'unclaimed'),
  ...inBoth('a fact that nobody signed', { type: 'dev.soteria.backup.completed.v1', data: {} }, 422, 'unclaimed'),
  ...inBoth(
    'a wake-up for a missing object',
    {
      type: 'dev.soteria.operation.due.v1',
      data: { namespace: 'shop', name: 'soteria-backup-x', kind: 'Backup' },
      extensions: { name: 'soteria-backup-x', operationkind: 'backup' },
    },
    204,
    'done',
  ),
];

interface Letter {
  readonly reason: string;
  readonly count: number;
  readonly event: { readonly id: string };
}

describe('what is not a good request', () => {
  let bed: LocalBed;
  beforeAll(async () => {
    bed = await startLocalBed();
    await bed.makeClaims([claim]);
  });
  afterAll(() => bed.stop());

  /** No good request is made before the last test, so no object exists. */
  async function expectNothingMade(): Promise<void> {
    const { client } = bed.local.cluster;
    expect(await bed.listOperations()).toEqual([]);
    for (const type of [snapshots, backups]) {
      expect((await client.list(type, { namespace: 'longhorn-system' })).items).toEqual([]);
    }
  }

  // Their Kubernetes Events are not counted: at most ten a minute are written.
  async function letters(): Promise<Letter[]> {
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/dead-letters`);
    return ((await answer.json()) as { items: Letter[] }).items;
  }

  function about(id: string, kind: string): unknown[] {
    return bed.activities.filter((one) => one.kind === kind && 'id' in one && one.id === id);
  }

  async function expectDeadLetter(id: string, code: number): Promise<void> {
    const kept = await waitUntil('the dead letter is kept', async () =>
      (await letters()).find(({ event }) => event.id === id),
    );
    expect(kept.count).toBe(1);
    expect(kept.reason).toContain(`${code} {"code":`);
    await waitUntil('the broker is done with it', () => about(id, 'dead-lettered').length > 0);
    const lines = bed.activities.filter((one) => one.kind === 'log' && one.line.includes('"event":"dead_letter"'));
    expect(lines.filter((one) => one.kind === 'log' && one.line.includes(id))).toHaveLength(1);
    expect(about(id, 'retried')).toEqual([]);
  }

  it.each(rows)('%s: answered, kept as a dead letter if it was accepted, and nothing is made', async (...row) => {
    const [title, make, direct, way] = row;
    const id = title.replaceAll(/\W+/g, '-');
    expect(await post(bed.local.functionUrl('backup') ?? '', make(`direct-${id}`))).toBe(direct);

    expect(await post(bed.local.brokerUrl, make(id))).toBe(way === 'ingress' ? 400 : 202);
    if (way === 'dead letter') await expectDeadLetter(id, direct);
    if (way === 'done') await waitUntil('it is delivered', () => about(id, 'delivered').length > 0);
    if (way === 'ingress' || way === 'unclaimed') expect(JSON.stringify(await letters())).not.toContain(id);
    await expectNothingMade();
  });

  it('an unsigned restore is refused by the function that makes restores', async ({ skip }) => {
    const url = bed.local.functionUrl('restore');
    if (url === undefined) return skip('there is no function restore');
    for (const mode of [binary, structured]) {
      expect(await post(url, mode({ type: restoreRequested, data: {} }))).toBe(401);
    }
    const id = 'unsigned-restore';
    expect(await post(bed.local.brokerUrl, binary({ type: restoreRequested, data: {}, id }))).toBe(202);
    await expectDeadLetter(id, 401);
    return expectNothingMade();
  });

  it.each([
    ['broken JSON', { body: '{"namespace":' }, 400],
    ['a list', { body: '[]' }, 400],
    ['a member of the wrong type', { body: JSON.stringify({ ...good, pvc: 7 }) }, 400],
    ['an unknown member', { body: JSON.stringify({ ...good, force: true }) }, 400],
    ['no content type that is JSON', { headers: { 'content-type': 'text/plain' } }, 415],
    ['a body that is too large', { body: JSON.stringify({ ...good, tags: [bigText] }) }, 413],
    ['another method', { method: 'DELETE' }, 405],
    ['a claim that is not there', { body: JSON.stringify({ ...good, pvc: 'other' }) }, 404],
    ['a wrong signature', { headers: { 'content-type': 'application/json', 'x-soteria-user': 'root' } }, 401],
  ])('by HTTP, %s is refused with a problem document, and nothing is made', async (_title, change, status) => {
    const headers = { 'content-type': 'application/json' };
    const init: RequestInit = { method: 'POST', headers, body: JSON.stringify(good) };
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/backup`, { ...init, ...change });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const problem = await answer.json();
    expect(problem).toMatchObject({ status, code: expect.any(String), what: expect.any(String) });
    expect(problem).toMatchObject({ why: expect.any(String), fix: expect.any(String) });
    await expectNothingMade();
  });

  it('a good request, sent the same way, is carried out', async () => {
    expect(await post(bed.local.functionUrl('backup') ?? '', structured(request(good)))).toBe(204);
    const ended = await bed.waitForEnd('the good request', isAbout(claim));
    expect(ended.status?.phase).toBe('Succeeded');
  });
});
