import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { expect, it } from 'vitest';
import { notePruned, readPolicyMemory, rememberPolicies, writePolicyMemory } from './policy-memory.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 4, 1, hour));

it('that a policy has pruned is not lost to a tick that read the memory before, and goes with the policy', async () => {
  const { client } = createMemoryCluster({ namespaces: ['soteria'] });
  const known = rememberPolicies(new Map(), ['nightly'], new Set(), at(1));
  await writePolicyMemory(client, 'soteria', known);
  const read = await readPolicyMemory(client, 'soteria');
  await notePruned(client, 'soteria', { id: 'nightly', at: at(2) });
  await notePruned(client, 'soteria', { id: 'nightly', at: at(3) });
  await writePolicyMemory(client, 'soteria', rememberPolicies(read, ['nightly'], new Set(['nightly']), at(4)));
  const now = await readPolicyMemory(client, 'soteria');
  expect(now.get('nightly')).toEqual({ since: at(1), servedAt: at(4), prunedAt: at(2) });
  await writePolicyMemory(client, 'soteria', rememberPolicies(now, [], new Set(), at(5)));
  await writePolicyMemory(client, 'soteria', rememberPolicies(new Map(), ['nightly'], new Set(), at(6)));
  expect((await readPolicyMemory(client, 'soteria')).get('nightly')).toEqual({ since: at(6) });
});
