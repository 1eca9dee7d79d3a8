import { describeLonghornContract } from '@soteria/shared/longhorn/contract.ts';
import { type RefusalsContext, describeLonghornRefusals } from '@soteria/shared/longhorn/refusals-contract.ts';
import { contractContext } from './testing/contract-context.ts';
import { startLocalLonghorn } from './testing/start-local-longhorn.ts';

async function makeContext(): Promise<RefusalsContext> {
  const test = await startLocalLonghorn();
  const { faults } = test.local();
  const { client } = test.cluster;
  return {
    ...contractContext({ client, namespace: 'longhorn-system', faults, close: () => test.close() }),
    setWebhookDown(isDown) {
      if (isDown) faults.set('webhookDown', true);
      else faults.clear('webhookDown');
    },
  };
}

describeLonghornContract('the local Longhorn', makeContext);
describeLonghornRefusals('the local Longhorn', makeContext);
