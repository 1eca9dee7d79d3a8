/** Wakes the function every five minutes while a problem is open or a notice is not sent: what is over is said soon, and a channel that was away is asked again. */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { createOwnPing, type OwnPing } from '@soteria/shared/operation/engine/own-ping.ts';
import type { Sleep } from '@soteria/shared/http/try-again.ts';

/** The Trigger `notify` takes the pings of all sources whose name begins with `notify`. */
export const openSourceName = 'notify-open';

export function createOpenSource(client: KubernetesClient, namespace: string, sleep?: Sleep): OwnPing {
  const without = 'until it does, only the hourly look says what is over, and sends again what a channel did not take';
  return createOwnPing(client, { namespace, name: openSourceName, schedule: '*/5 * * * *', without }, sleep);
}
