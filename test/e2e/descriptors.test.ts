/** Open files and sockets of all processes of `npm start`, under many requests and events: no request may leave one open. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { type LocalBed, startLocalBed } from './local-bed.ts';
import { processTree } from './process-tree.ts';
import { contentModes } from './send-event.ts';

const requests = 10_000;
const warmUp = 200;
const parallel = 8;
/** Connections that a client keeps for the next request, and files that are open at this moment. */
const slack = 40;

interface Call {
  readonly path: string;
  readonly init?: RequestInit;
  readonly status: number;
}

const json = { 'content-type': 'application/json' };
const get = (path: string, status = 200): Call => ({ path, status });
const post = (path: string, body: object, status: number): Call => ({
  path,
  status,
  init: { method: 'POST', headers: json, body: JSON.stringify(body) },
});
function event(type: string, data: object, status: number): Call {
  const { headers, body } = contentModes.binary({ type, data });
  return { path: '/', status, init: { method: 'POST', headers: { ...headers }, body } };
}

const absent = { namespace: 'shop', pvc: 'absent' };
const unknown = 'dev.soteria.nothing.happened.v1';

/** The calls of each function: a list, a refused request, a plan, and an event that is refused or irrelevant. */
const callsOf: Readonly<Record<string, readonly Call[]>> = {
  backup: [
    get('/v1/backups?namespace=shop'),
    post('/v1/backup', { namespace: 'shop' }, 400),
    post('/v1/backup', { ...absent, dry_run: true }, 200),
    event('dev.soteria.backup.requested.v1', { namespace: 'shop' }, 422),
    event(unknown, {}, 422),
  ],
  restore: [
    get('/v1/restores?namespace=shop'),
    post('/v1/restores', { namespace: 'shop' }, 400),
    post('/v1/restores', { ...absent, target_pvc: 'new', dry_run: true }, 200),
    event('dev.soteria.restore.requested.v1', absent, 401),
    event(unknown, {}, 422),
  ],
  'policy-tick': [get('/v1/dead-letters'), get('/v1/dead-letters?limit=none', 400), event(unknown, {}, 422)],
  console: [get('/v1/operations'), get('/v1/operations?limit=none', 400), get('/v1/whoami')],
  notify: [get('/v1/notify'), event(unknown, {}, 422)],
  'b2-usage': [get('/v1/b2'), get('/v1/b2?volume=1&volume=2', 400), event(unknown, {}, 422)],
};

const descriptorsOf = (pid: number | 'self'): number => readdirSync(`/proc/${pid}/fd`).length;

function pidOf(bundle: string): number {
  const pid = processTree(process.pid).find((one) => readFileSync(`/proc/${one}/cmdline`, 'latin1').includes(bundle));
  if (pid === undefined) throw new Error(`no process runs ${bundle}`);
  return pid;
}

describe('open descriptors', () => {
  let bed: LocalBed;
  beforeAll(async () => {
    bed = await startLocalBed({ sleepPace: 1 });
    await bed.makeClaims([{ namespace: 'shop', name: 'data' }]);
  });
  afterAll(() => bed.stop());

  it.each(Object.entries(callsOf))(
    'of %s and of the processes around it stay flat over 10,000 requests and events',
    async (name, calls) => {
      const url = bed.local.functionUrl(name) ?? '';
      async function send(count: number): Promise<void> {
        let next = 0;
        const one = async (): Promise<void> => {
          for (let at = next++; at < count; at = next++) {
            const call = calls[at % calls.length];
            const answer = await fetch(`${url}${call?.path}`, call?.init);
            const text = await answer.text();
            if (answer.status !== call?.status) throw new Error(`${call?.path} ${answer.status}: ${text}`);
          }
        };
        await Promise.all(Array.from({ length: parallel }, one));
      }

      await send(warmUp);
      const pid = pidOf(`${name}.cjs`);
      const before = { own: descriptorsOf(pid), around: descriptorsOf('self') };
      await send(requests);
      await waitUntil(`the descriptors are as few as before: ${JSON.stringify(before)}`, () => {
        const after = { own: descriptorsOf(pid), around: descriptorsOf('self') };
        expect(after.own - before.own, name).toBeLessThan(slack);
        expect(after.around - before.around, 'around it').toBeLessThan(slack);
        return Promise.resolve(true);
      });
    },
    300_000,
  );
});
