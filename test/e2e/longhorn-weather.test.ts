/** Longhorn misbehaves while the real processes back up: each Operation ends in a true state, and reports what, why and how to fix it. */
import { configMaps, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { backupTargets } from '@soteria/shared/longhorn/resource-types.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { isAbout, type Claim, type LocalBed, startLocalBed } from './local-bed.ts';
import { backupRequested, contentModes, post } from './send-event.ts';

const sweep = { type: 'dev.knative.sources.ping', source: '/apis/v1/namespaces/soteria/pingsources/sweep', data: {} };
/** Short times, so that a test sees the next attempt; all other times are the local Longhorn's own. */
const settings = { SOTERIA_BACKUP_RETRY_SECONDS: '1', SOTERIA_BACKUP_ATTEMPTS: '3' };

describe('when Longhorn misbehaves', () => {
  let bed: LocalBed;
  let claims = 0;
  beforeAll(async () => {
    bed = await startLocalBed();
    const ref = { namespace: 'soteria', name: 'soteria-config' };
    await bed.local.cluster.client.patch(configMaps, ref, { data: settings });
  });
  afterEach(() => bed.local.faults.clearAll());
  afterAll(() => bed.stop());

  async function makeClaim(): Promise<{ readonly claim: Claim; readonly volume: string }> {
    const claim = { namespace: 'weather', name: `claim-${(claims += 1)}` };
    await bed.makeClaims([claim]);
    const found = await bed.local.cluster.client.get(persistentVolumeClaims, claim);
    return { claim, volume: found?.spec?.volumeName ?? '' };
  }

  async function ask({ namespace, name: pvc }: Claim): Promise<void> {
    const event = contentModes.binary({ type: backupRequested, data: { namespace, pvc } });
    expect(await post(bed.local.brokerUrl, event)).toBe(202);
  }

  async function readTarget(): Promise<void> {
    const { client } = bed.local.cluster;
    const ref = { namespace: 'longhorn-system', name: 'default' };
    // Longhorn's instants are whole seconds: one ahead is later than any reading so far.
    const syncRequestedAt = new Date(Date.now() + 1_000).toISOString();
    await client.patch(backupTargets, ref, { spec: { syncRequestedAt } });
  }

  /** Sweeps and readings of the target come sooner than they would by themselves. */
  async function sweepUntil(
    what: string,
    claim: Claim,
    isSo: (operation: Operation) => boolean,
    deadlineMs = 40_000,
  ): Promise<Operation> {
    return waitUntil(
      what,
      async () => {
        await readTarget();
        await post(bed.local.brokerUrl, contentModes.binary(sweep));
        const found = (await bed.listOperations(claim.namespace)).find(isAbout(claim));
        if (found !== undefined && isSo(found)) return found;
        throw new Error(JSON.stringify(found?.status));
      },
      { everyMs: 400, deadlineMs },
    );
  }

  const hasSettled = ({ status }: Operation) => isTerminal(status?.phase) && status?.settled === true;

  async function expectOneGoodBackup(claim: Claim, operation: Operation): Promise<void> {
    expect(operation.status).toMatchObject({ phase: 'Succeeded' });
    expect((await bed.listRestorable(claim)).map(({ name }) => name)).toEqual([operation.status?.result?.backup]);
    expect(await bed.compareWithClaim(operation)).toEqual([]);
  }

  function expectExplained({ status }: Operation, why: RegExp): void {
    expect(status?.phase).toBe('Failed');
    expect(status?.error?.what).not.toBe('');
    expect(status?.error?.why).toMatch(why);
    expect(status?.error?.fix).not.toBe('');
  }

  it('says why a standby volume is not backed up (longhorn.md 5)', async () => {
    const { claim, volume } = await makeClaim();
    bed.local.faults.set('standbyVolume', volume);
    await sweepUntilStandby(volume);
    await ask(claim);
    expectExplained(await sweepUntil('it has ended', claim, hasSettled), /standby/);
    expect(await bed.listRestorable(claim)).toEqual([]);
  });

  /** Sweeps until Longhorn reports the volume as a standby volume. */
  async function sweepUntilStandby(volume: string): Promise<void> {
    const longhorn = createLonghorn(bed.local.cluster.client, { namespace: 'longhorn-system' });
    await waitUntil('the volume is a standby', async () => (await longhorn.getVolume(volume))?.isStandby);
  }

  it('retries under a new name when the lock of the volume was held (#7744, #8742, #11293)', async () => {
    const { claim } = await makeClaim();
    bed.local.faults.set('lockHeld', true);
    await ask(claim);
    await sweepUntil('the first attempt has failed', claim, ({ status }) => (status?.message ?? '').includes('lock'));
    bed.local.faults.clear('lockHeld');
    const ended = await sweepUntil('it has ended', claim, hasSettled);
    await expectOneGoodBackup(claim, ended);
    expect(ended.status?.result?.backup).toMatch(/-r\d$/);
  });

  it('gives up after the last attempt, and leaves nothing (#10308)', async () => {
    const { claim } = await makeClaim();
    bed.local.faults.set('snapshotLost', true);
    await ask(claim);
    expectExplained(await sweepUntil('it has ended', claim, hasSettled), /lost track/);
    expect(await bed.listRestorable(claim)).toEqual([]);
  });

  it('backs up an unused volume: Longhorn reports “error” until it has attached it', async () => {
    const { claim, volume } = await makeClaim();
    const longhorn = createLonghorn(bed.local.cluster.client, { namespace: 'longhorn-system' });
    bed.local.faults.set('detachedVolume', volume);
    await waitUntil('it is detached', async () => (await longhorn.getVolume(volume))?.state === 'detached');
    bed.local.faults.set('slowAttach', true);
    await ask(claim);
    const isAttaching = ({ status }: Operation) => (status?.message ?? '').includes('Waiting for the volume');
    await sweepUntil('it waits for the volume', claim, isAttaching);
    bed.local.faults.clear('slowAttach');
    const ended = await sweepUntil('it has ended', claim, hasSettled);
    await expectOneGoodBackup(claim, ended);
    expect(ended.status?.result?.backup).not.toMatch(/-r\d$/);
  });

  it('waits for a webhook that is down, and loses nothing by it', async () => {
    const { claim } = await makeClaim();
    bed.local.faults.set('webhookDown', true);
    await ask(claim);
    await sweepUntil('it has begun', claim, ({ status }) => status?.phase === 'Running');
    bed.local.faults.clear('webhookDown');
    await expectOneGoodBackup(claim, await sweepUntil('it has ended', claim, hasSettled));
  });

  it('does not succeed before the target has been read back (never read back)', async () => {
    const { claim } = await makeClaim();
    bed.local.faults.set('neverReadBack', true);
    await ask(claim);
    const waiting = ({ status }: Operation) => (status?.progress ?? 0) >= 95;
    const { status } = await sweepUntil('it waits for the target', claim, waiting);
    expect(status?.phase).toBe('Running');
    bed.local.faults.clear('neverReadBack');
    await expectOneGoodBackup(claim, await sweepUntil('it has ended', claim, hasSettled));
  });

  it('finds its backup again when its object was lost in the list race, and makes no second one', async () => {
    const { claim } = await makeClaim();
    bed.local.faults.set('listRace', true);
    await ask(claim);
    const ended = await sweepUntil('it has ended', claim, hasSettled);
    await expectOneGoodBackup(claim, ended);
    expect(ended.status?.result?.backup).not.toMatch(/-r\d$/);
  });
});
