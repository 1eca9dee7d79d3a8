/** The fact that a policy was changed. The change stands, whether or not the sink accepts the fact. */
import { factId } from '@soteria/shared/events/event-id.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { PolicyChange } from '../store/policy-store.ts';
import type { PolicyTickTools } from '../tools.ts';

export async function announceChange(
  { publisher, now }: PolicyTickTools,
  { id, did, version }: PolicyChange & { readonly id: string },
  { caller, log, signal, traceparent }: Incoming,
): Promise<void> {
  log.info('policy_changed', { policy: id, change: did, user: caller.user });
  const type = 'dev.soteria.policy.changed.v1';
  const fact = {
    id: factId(`policy ${id}`, `${did} ${version}`),
    type,
    subject: `policy/${id}`,
    time: now(),
    data: { policy: id, change: did, requested_by: caller.user },
    traceparent,
  } as const;
  try {
    await publisher.publish(fact, signal);
  } catch (error) {
    log.error('fact_refused', error, { policy: id, fact: type, ce_id: fact.id });
  }
}
