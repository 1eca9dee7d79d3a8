/** Open files and sockets of the mesh and its function, as Linux counts them. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { startFrontDoor } from './front-door.ts';
import { broker, eventually, namespace, service, startFixture, trigger } from './testing/mesh-fixture.ts';

const requests = 10_000;
const warmUp = 200;
/** How many connections a caller opens at once. */
const parallel = 8;
const slack = 40;

it('open descriptors stay flat over 10,000 requests through front door, broker and queue proxy', async () => {
  const objects = [
    service('probe', { annotations: { 'soteria.dev/routes': '/v1/probe' } }),
    broker(),
    trigger('probe', 'made'),
  ];
  const fixture = await startFixture(objects, { pace: { sleep: 1 } });
  const door = await startFrontDoor({ mesh: fixture.mesh, port: 0 });
  onTestFinished(() => door.close());
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  onTestFinished(() => agent.destroy());
  const brokerUrl = fixture.mesh.brokerUrl(namespace, 'default') ?? '';

  async function post(url: string, headers: Record<string, string>): Promise<number | undefined> {
    const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } });
    sent.end('{}');
    const [answer] = await once(sent, 'response');
    await once(answer.resume(), 'end');
    return answer.statusCode;
  }
  async function send(count: number): Promise<void> {
    let next = 0;
    const one = async (): Promise<void> => {
      for (let at = next++; at < count; at = next++) {
        const event = { 'ce-specversion': '1.0', 'ce-id': `e${at}`, 'ce-source': '/test', 'ce-type': 'made' };
        const status = at % 2 === 0 ? await post(`${door.url}/v1/probe`, {}) : await post(brokerUrl, event);
        expect(status).toBe(at % 2 === 0 ? 204 : 202);
      }
    };
    await Promise.all(Array.from({ length: parallel }, one));
    const seen = fixture.all('log').length;
    await eventually(() => expect(fixture.all('log').length).toBe(seen));
  }

  await send(warmUp);
  const pid = fixture.requests('probe')[0]?.pid ?? 0;
  const open = () => [readdirSync('/proc/self/fd').length, readdirSync(`/proc/${pid}/fd`).length];
  const [mesh = 0, probe = 0] = open();
  await send(requests);
  await eventually(() => {
    const [meshAfter = 0, probeAfter = 0] = open();
    expect(meshAfter - mesh).toBeLessThan(slack);
    expect(probeAfter - probe).toBeLessThan(slack);
  });
}, 180_000);
