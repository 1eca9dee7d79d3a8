import { describeRestoreContract } from '@soteria/shared/longhorn/contract-restore.ts';
import { restoreContext } from './testing/restore-context.ts';
import { startLocalLonghorn } from './testing/start-local-longhorn.ts';

describeRestoreContract('the local Longhorn', async () => {
  const test = await startLocalLonghorn();
  const { faults } = test.local();
  const { client } = test.cluster;
  return restoreContext({ client, namespace: 'longhorn-system', faults, close: () => test.close() });
});
