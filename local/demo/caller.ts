/** Another controller, as the functions meet one: it asks through the broker and reads by HTTP, and signs both. */
import { randomUUID } from 'node:crypto';
import { createPublisher } from '@soteria/shared/events/publish.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { signedIdentityHeaders } from '@soteria/shared/identity/verify-request.ts';
import type { Local } from '../start-local.ts';

export interface DemoCaller {
  /** The JSON of a 200; throws with the problem document otherwise. */
  get(path: string): Promise<unknown>;
  /** Whatever is answered. */
  post(path: string, body: object): Promise<{ readonly status: number; readonly body: unknown }>;
  /** One CloudEvent to the broker. */
  askForBackup(namespace: string, pvc: string): Promise<void>;
  /** Another one: what the bucket holds. */
  askForMeasurement(): Promise<void>;
}

const identity = { user: 'soteria-demo', groups: ['system:masters'] };
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

export function createDemoCaller(
  local: Pick<Local, 'frontDoorUrl' | 'brokerUrl' | 'signingSecret'>,
  now = () => new Date(),
): DemoCaller {
  const { frontDoorUrl, brokerUrl, signingSecret } = local;
  const publisher = createPublisher({ sink: brokerUrl, source: '/soteria-demo', signingSecret, now, log: silent });
  return {
    async get(path) {
      const request = { method: 'GET', path, body: '', now: now(), ...identity };
      const answer = await fetch(`${frontDoorUrl}${path}`, { headers: signedIdentityHeaders(request, signingSecret) });
      if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
      return answer.json();
    },
    async post(path, content) {
      const body = JSON.stringify(content);
      const request = { method: 'POST', path, body, now: now(), ...identity };
      const headers = { ...signedIdentityHeaders(request, signingSecret), 'content-type': 'application/json' };
      const answer = await fetch(`${frontDoorUrl}${path}`, { method: 'POST', headers, body });
      return { status: answer.status, body: await answer.json() };
    },
    async askForBackup(namespace, pvc) {
      await publisher.publish({
        id: randomUUID(),
        type: 'dev.soteria.backup.requested.v1',
        subject: `${namespace}/${pvc}`,
        data: { namespace, pvc, tags: ['by=demo'] },
        onBehalfOf: identity,
      });
    },
    async askForMeasurement() {
      await publisher.publish({
        id: randomUUID(),
        type: 'dev.soteria.usage.requested.v1',
        data: {},
        onBehalfOf: identity,
      });
    },
  };
}
