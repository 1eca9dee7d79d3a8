/** Every call of our port to Longhorn, admitted or refused by Longhorn's own webhook; the local Longhorn does the work. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLonghorn } from '@soteria/local/longhorn/start-longhorn.ts';
import { contractContext } from '@soteria/local/longhorn/testing/contract-context.ts';
import { restoreContext } from '@soteria/local/longhorn/testing/restore-context.ts';
import { silentLog } from '@soteria/local/longhorn/testing/start-local-longhorn.ts';
import { describeLonghornContract } from '@soteria/shared/longhorn/contract.ts';
import { describeRestoreContract } from '@soteria/shared/longhorn/contract-restore.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { describeLonghornRefusals } from '@soteria/shared/longhorn/refusals-contract.ts';
import { afterAll, beforeAll } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { describeBehindWebhook, namespace, startWebhookBed, type WebhookBed } from './webhook-bed.ts';

describeBehindWebhook("behind Longhorn's own webhook", () => {
  let bed: WebhookBed;
  beforeAll(async () => {
    bed = await startWebhookBed();
  });
  afterAll(() => bed?.stop());

  async function start() {
    const { client } = bed;
    const dataDir = await mkdtemp(join(tmpdir(), 'behind-webhook-'));
    const pace = { stepMs: 5, attachMs: 5, waitMs: 10, deletionRetryMs: 10 };
    const local = await startLonghorn({ client, dataDir, namespace, log: silentLog, pace, storageClasses: [] });
    const longhorn = createLonghorn(client, { namespace });
    await waitUntil('the target is available', async () => (await longhorn.getTarget('default'))?.isAvailable === true);
    const close = async () => {
      await local.stop();
      await bed.clear();
      await rm(dataDir, { recursive: true, force: true });
    };
    return { client, namespace, faults: local.faults, close };
  }

  describeLonghornContract("behind Longhorn's own webhook", async () => contractContext(await start()));
  describeRestoreContract("behind Longhorn's own webhook", async () => restoreContext(await start()));
  describeLonghornRefusals("behind Longhorn's own webhook", async () => ({
    ...contractContext(await start()),
    setWebhookDown: (isDown) => bed.setWebhookDown(isDown),
  }));
});
