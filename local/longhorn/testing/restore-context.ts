/** Lets the contract for restores drive a running local Longhorn. */
import type { RestoreContractContext } from '@soteria/shared/longhorn/contract-restore.ts';
import { isRestored } from '@soteria/shared/longhorn/port-restore.ts';
import { createLonghornRestores } from '@soteria/shared/longhorn/restore-resources.ts';
import { contractContext, type RunningLonghorn } from './contract-context.ts';
import { until } from './until.ts';

export function restoreContext(running: RunningLonghorn): RestoreContractContext {
  const restores = createLonghornRestores(running.client, { namespace: running.namespace });
  return {
    ...contractContext(running),
    restores,
    async finishRestore(name) {
      await until('the volume is whole', async () => {
        const volume = await restores.getVolume(name);
        return volume !== undefined && isRestored(volume);
      });
    },
    async settleVolume(name) {
      await until('the volume is gone', async () => (await restores.getVolume(name)) === undefined);
    },
  };
}
