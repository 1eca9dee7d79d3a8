/** A policy for the sample namespace, quick enough to watch: `npm start -- --policy`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { sampleNamespace } from './sample.ts';

export const samplePolicy = {
  id: 'sample-every-two-minutes',
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': sampleNamespace } },
  schedule: '*/2 * * * *',
  rpo: '10m',
  retention: { keepLast: 5 },
};

/** Creates or replaces the policy through the front door, as a person would: policy-tick makes its PingSource and sleeps until it is due. */
export async function applySamplePolicy(frontDoorUrl: string): Promise<void> {
  const answer = await fetch(`${frontDoorUrl}/v1/policies`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(samplePolicy),
    signal: AbortSignal.timeout(30_000),
  });
  if (answer.ok) return;
  throw new SoteriaError('invalid_request', {
    what: `the policy ${samplePolicy.id} could not be stored`,
    why: `POST /v1/policies answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`,
    fix: 'start without --policy',
  });
}
