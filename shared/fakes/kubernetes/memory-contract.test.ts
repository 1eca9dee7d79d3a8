import { operations } from '../../operation/record/schema.ts';
import { describeKubernetesContract } from './contract.ts';
import { createMemoryCluster } from './memory-cluster.ts';
import { customKind } from './memory-kinds.ts';

describeKubernetesContract('the in-memory cluster', async () => {
  const kind = customKind(operations, { selectableFields: ['status.phase'] });
  const cluster = createMemoryCluster({ kinds: [kind], namespaces: ['contract'] });
  return { client: cluster.client, namespace: 'contract', hasOperations: true };
});
