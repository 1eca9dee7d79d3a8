/** What Longhorn's admission webhook must refuse (longhorn.md 2.1), for implementations that have one. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SoteriaError } from '../errors.ts';
import { type LonghornContractContext, backupDraft, codeOf, snapshotDraft } from './contract.ts';

export interface RefusalsContext extends LonghornContractContext {
  setWebhookDown(isDown: boolean): void | Promise<void>;
}

export function describeLonghornRefusals(name: string, makeContext: () => Promise<RefusalsContext>): void {
  describe(`the refusals of Longhorn's webhook: ${name}`, () => {
    let context: RefusalsContext;
    beforeEach(async () => {
      context = await makeContext();
      await context.addVolume('vol-a');
      await context.longhorn.snapshots.create(snapshotDraft('snap-1', 'vol-a'), { isDryRun: false });
      await context.finishSnapshot('snap-1');
    });
    afterEach(() => context.close());

    async function whyOf(draft: ReturnType<typeof backupDraft>, isDryRun: boolean): Promise<string> {
      const outcome = await context.longhorn.backups.create(draft, { isDryRun }).then(
        () => 'no error',
        (error: unknown) => error,
      );
      return outcome instanceof SoteriaError ? `${outcome.code}: ${outcome.explanation.why}` : String(outcome);
    }

    const good = backupDraft('backup-1', 'vol-a', 'snap-1');

    test.each([{ isDryRun: true }, { isDryRun: false }])(
      'a target that is away refuses (dry run: $isDryRun)',
      async ({ isDryRun }) => {
        await context.makeTargetUnavailable('connection timed out');
        const why = await whyOf(good, isDryRun);
        expect(why).toMatch(/^cluster_refused: /);
        expect(why).toContain('backup target default is not available');
        expect(await context.longhorn.backups.get('backup-1')).toBeUndefined();
      },
    );

    test.each([{ isDryRun: true }, { isDryRun: false }])(
      'a target that is not there refuses (dry run: $isDryRun)',
      async ({ isDryRun }) => {
        const why = await whyOf({ ...good, backupTargetName: 'other' }, isDryRun);
        expect(why).toMatch(/^cluster_refused: /);
        expect(why).toContain('failed to get backup target other: backuptarget.longhorn.io "other" not found');
      },
    );

    test('a volume that is not there refuses its snapshot', async () => {
      const outcome = context.longhorn.snapshots.create(snapshotDraft('snap-2', 'none'), { isDryRun: false });
      await expect(outcome).rejects.toMatchObject({
        code: 'cluster_refused',
        explanation: { why: expect.stringContaining('failed to get volume none: volume.longhorn.io "none" not found') },
      });
    });

    test('a snapshot that is not there refuses', async () => {
      const why = await whyOf({ ...good, snapshotName: 'none' }, false);
      expect(why).toMatch(/^cluster_refused: /);
      expect(why).toContain('snapshot <nil> is invalid');
    });

    test('a webhook that is down is a passing trouble of the cluster, not a refusal', async () => {
      await context.setWebhookDown(true);
      expect(await codeOf(context.longhorn.backups.create(good, { isDryRun: false }))).toBe('cluster_unavailable');
      await context.setWebhookDown(false);
      expect(await codeOf(context.longhorn.backups.create(good, { isDryRun: false }))).toBe('no error');
    });
  });
}
