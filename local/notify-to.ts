/** `npm start -- --notify URL`: the Secret that makes the function `notify` say what happens here. */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { secrets } from '@soteria/shared/kubernetes/core-types.ts';

const ref = { namespace: 'soteria', name: 'soteria-notify' };

/** A path of one name is a topic of ntfy, as `http://127.0.0.1:2586/backups`; any other address gets JSON. */
export function channelOf(address: string): Record<string, unknown> {
  const url = new URL(address);
  const [, topic] = /^\/([-_A-Za-z0-9]{1,64})$/.exec(url.pathname) ?? [];
  return topic === undefined
    ? { name: 'local', type: 'webhook', url: address, format: 'json' }
    : { name: 'local', type: 'ntfy', server: url.origin, topic };
}

/** Replaces what a former start has left. */
export async function notifyTo(client: KubernetesClient, address: string): Promise<void> {
  // JSON is YAML.
  const config = JSON.stringify({ cluster: 'local', channels: [channelOf(address)] });
  await client.delete(secrets, ref);
  const data = { 'config.yaml': Buffer.from(config).toString('base64') };
  await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: ref, data });
}
