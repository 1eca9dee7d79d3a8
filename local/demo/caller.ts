/** Plays another controller: it sends requests through the broker, reads by HTTP, and signs both. */
import { randomUUID } from 'node:crypto';
import { createPublisher } from '@soteria/shared/events/publish.ts';
import { createRouteCaller, type RouteCaller, type Sent } from '@soteria/shared/http-contract/call-route.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { signedIdentityHeaders } from '@soteria/shared/identity/verify-request.ts';
import type { Local } from '../start-local.ts';

export interface DemoCaller extends RouteCaller {
  /** Sends one CloudEvent to the broker. */
  requestBackup(namespace: string, pvc: string): Promise<void>;
  /** Sends one CloudEvent that requests a measurement of the bucket. */
  requestMeasurement(): Promise<void>;
  /** Sends the ping of the hourly sweep before its time. */
  sweep(): Promise<void>;
}

const identity = { user: 'soteria-demo', groups: ['system:masters'] };
const sweepSource = '/apis/v1/namespaces/soteria/pingsources/sweep';
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

export function createDemoCaller(
  local: Pick<Local, 'frontDoorUrl' | 'brokerUrl' | 'signingSecret' | 'now'>,
): DemoCaller {
  const { frontDoorUrl, brokerUrl, signingSecret, now } = local;
  const publisher = createPublisher({ sink: brokerUrl, source: '/soteria-demo', signingSecret, now, log: silent });
  async function send({ method, path, body }: Sent) {
    const signed = signedIdentityHeaders({ method, path, body, now: now(), ...identity }, signingSecret);
    const content = body === '' ? {} : { body, headers: { ...signed, 'content-type': 'application/json' } };
    const answer = await fetch(`${frontDoorUrl}${path}`, { method, headers: signed, ...content });
    return { status: answer.status, body: await answer.json() };
  }
  return {
    ...createRouteCaller(send),
    async requestBackup(namespace, pvc) {
      await publisher.publish({
        id: randomUUID(),
        type: 'dev.soteria.backup.requested.v1',
        subject: `${namespace}/${pvc}`,
        data: { namespace, pvc, tags: ['by=demo'] },
        onBehalfOf: identity,
      });
    },
    async sweep() {
      const attributes = {
        specversion: '1.0',
        id: randomUUID(),
        type: 'dev.knative.sources.ping',
        source: sweepSource,
      };
      const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value] as const);
      const answer = await fetch(brokerUrl, {
        method: 'POST',
        headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
        body: '{}',
      });
      if (answer.status !== 202) throw new Error(`the broker answered the ping of the sweep ${answer.status}`);
    },
    async requestMeasurement() {
      await publisher.publish({
        id: randomUUID(),
        type: 'dev.soteria.usage.requested.v1',
        data: {},
        onBehalfOf: identity,
      });
    },
  };
}
