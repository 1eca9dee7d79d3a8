/** No accepted event is lost: each is recorded, has joined an Operation that names it, or is a dead letter. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { createTestBench as createBackupBench } from '../../functions/backup/test-bench.ts';
import { createTestBench as createPolicyTickBench } from '../../functions/policy-tick/test-bench.ts';

const source = '/test/every-event';
const base64 = (data: unknown): string => Buffer.from(JSON.stringify(data)).toString('base64');

interface Sent {
  readonly mode: 'binary' | 'structured' | 'base64';
  readonly type: string;
  readonly hasTime: boolean;
  readonly id: string;
  readonly data: unknown;
  /** Extension attributes. */
  readonly more?: Readonly<Record<string, string>>;
}

function toRequest({ mode, type, hasTime, id, data, more = {} }: Sent, now: Date): RequestInit {
  const time = hasTime ? { time: now.toISOString() } : {};
  const attributes = { specversion: '1.0', id, source, type, ...time, ...more };
  if (mode === 'binary') {
    const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]);
    const asJson = { 'content-type': 'application/json', ...Object.fromEntries(headers) };
    return { method: 'POST', headers: asJson, body: JSON.stringify(data) };
  }
  const event = mode === 'base64' ? { ...attributes, data_base64: base64(data) } : { ...attributes, data };
  const headers = { 'content-type': 'application/cloudevents+json' };
  return { method: 'POST', headers, body: JSON.stringify(event) };
}

const lettersAnswer = z.object({ items: z.array(z.object({ event: z.object({ id: z.string() }) })) });

async function read(app: { request(path: string): Promise<Response> }, path: string): Promise<unknown> {
  return (await app.request(path)).json();
}

const claim = fc.constantFrom('data', 'logs', 'absent', 'Not A Name');
const tags = fc.constantFrom({}, { tags: ['a=b'] }, { mode: 'full' as const }, { surprise: true });
interface Turn extends Sent {
  readonly secondsLater: number;
  readonly isStepped: boolean;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  mode: fc.constantFrom('binary', 'structured', 'base64'),
  type: fc.constantFrom(
    'dev.soteria.backup.requested.v1',
    'dev.soteria.backup.requested.v1',
    'dev.soteria.namespacebackup.requested.v1',
  ),
  hasTime: fc.boolean(),
  // The same id comes again: a Broker delivers at least once.
  id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
  data: fc.record({ pvc: claim, more: tags }).map(({ pvc, more }) => Object.assign({ namespace: 'shop', pvc }, more)),
  secondsLater: fc.nat(40),
  isStepped: fc.boolean(),
});

/** The first runs, the second waits for it, and the third joins the second. */
const joining = ['1', '2', '3'].map((id): Turn => ({
  mode: 'base64',
  type: 'dev.soteria.backup.requested.v1',
  hasTime: true,
  id,
  data: { namespace: 'shop', pvc: 'data' },
  secondsLater: 61,
  isStepped: false,
}));

it('an event is recorded, joined by name, or a dead letter, whatever it requests and however it is sent', async () => {
  const met = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), async (events) => {
      const backup = createBackupBench();
      backup.addClaim('logs');
      const policyTick = createPolicyTickBench();
      const accepted = new Set<string>();
      const refused = new Set<string>();
      for (const { secondsLater, isStepped, ...sent } of events) {
        backup.pass(secondsLater * 1_000);
        if (isStepped) backup.longhorn.step();
        const answer = await backup.app.request('/', toRequest(sent, backup.now()));
        (answer.status === 204 ? accepted : refused).add(sent.id);
        if (answer.status === 204) continue;
        // As a Broker does after its last try.
        expect([401, 403, 413, 422, 400, 429, 503]).toContain(answer.status);
        const more = { knativeerrorcode: String(answer.status), knativeerrordata: base64(await answer.text()) };
        const lost = toRequest({ ...sent, mode: 'structured', hasTime: false, more }, backup.now());
        expect((await policyTick.app.request('/dead-letters', lost)).status).toBe(204);
      }
      const operations = await backup.store.list({});
      const recorded = new Set(operations.map(({ spec }) => spec.identity));
      const joined = new Set(operations.flatMap(({ status }) => status?.joined ?? []));
      const letters = lettersAnswer.parse(await read(policyTick.app, '/v1/dead-letters'));
      const dead = new Set(letters.items.map(({ event }) => event.id));
      for (const id of accepted) {
        const identity = `event:${source}|${id}`;
        expect(recorded.has(identity) || joined.has(identity)).toBe(true);
        met.add(recorded.has(identity) ? 'recorded' : 'joined');
      }
      for (const id of refused) expect(dead).toContain(id);
      if (refused.size > 0) met.add('dead letter');
    }),
    { numRuns: 60, examples: [[joining]] },
  );
  expect([...met].toSorted()).toEqual(['dead letter', 'joined', 'recorded']);
});
