/** The shipped bundle of one function, running on the bench's cluster with its own rights; a sink accepts its events as a Broker does. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import type { EventType } from '@soteria/shared/events/catalogue.ts';
import { toEventMessage } from '@soteria/shared/events/outgoing.ts';
import { waitUntil } from '../test/servers/wait-until.ts';
import type { BenchCluster } from './cluster.ts';
import { post } from './post-event.ts';
import { runProgram } from './run-program.ts';

export interface ServedFunction {
  /** Sends the event signed, as functions do; returns the milliseconds to its 204, and throws at any other answer. */
  send(type: EventType, data: Readonly<Record<string, unknown>>): Promise<number>;
  stop(): Promise<void>;
}

async function startSink(): Promise<{ url: string; close: () => void }> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => outgoing.writeHead(202).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sink has no port');
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}

export async function serveFunction(cluster: BenchCluster, name: string, bundle: string): Promise<ServedFunction> {
  const sink = await startSink();
  const signingSecret = randomBytes(32).toString('hex');
  const env = { ...(await cluster.functionEnv(name)), K_SINK: sink.url, SOTERIA_SIGNING_SECRET: signingSecret };
  const running = await runProgram({ name, args: [bundle], env });
  const agent = new Agent({ keepAlive: true });
  const stop = async (): Promise<void> => {
    agent.destroy();
    await running.stop();
    sink.close();
  };
  try {
    await waitUntil('the function listens', async () => {
      running.assertRunning();
      return (await fetch(`http://127.0.0.1:${running.port}/readyz`)).ok;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async send(type, data) {
      const event = { id: crypto.randomUUID(), type, data };
      const message = await toEventMessage(event, { source: '/soteria/bench', now: new Date(), signingSecret });
      const startedAt = performance.now();
      const status = await post(running.port, message, agent);
      const ms = performance.now() - startedAt;
      if (status !== 204) throw new Error(`${type} was answered ${status}: ${JSON.stringify(data)}`);
      return ms;
    },
    stop,
  };
}
