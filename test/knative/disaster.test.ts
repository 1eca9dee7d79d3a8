/** `npm run demo -- --disaster` behind Knative's own data plane: each new cluster is a new API server with its own mesh. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptSettings, runDisaster } from '@soteria/local/demo/disaster.ts';
import { startLocal } from '@soteria/local/start-local.ts';
import { expect, it } from 'vitest';
import { describeOnKnative } from './describe-on-knative.ts';
import { startCluster } from './mesh-bed.ts';

describeOnKnative('a disaster on Knative’s own data plane', () => {
  it('the cluster is lost twice, and every byte comes back', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'soteria-disaster-'));
    const dataDir = join(scratch, 'data');
    const settingsFile = join(scratch, 'settings.yaml');
    await writeFile(settingsFile, keptSettings);
    const stops: (() => Promise<void>)[] = [];
    const stop = async (): Promise<void> => {
      for (const stopPart of stops.splice(0).toReversed()) await stopPart();
    };
    try {
      const { ok, steps } = await runDisaster({
        async start({ hasSample, hasSettings }) {
          const cluster = await startCluster();
          stops.push(() => cluster.stop());
          const local = await startLocal({
            port: 0,
            dataDir,
            hasSample,
            kubeconfig: cluster.server.kubeconfigPath,
            ...(hasSettings ? { settingsFile } : {}),
            onActivity: () => undefined,
            startMesh: cluster.startMesh,
          });
          stops.push(() => local.stop());
          return local;
        },
        stop,
        dataDir,
        timeoutMs: 90_000,
        onStep: () => undefined,
      });
      expect(ok, JSON.stringify(steps)).toBe(true);
      expect(steps.map(({ name }) => name)).toEqual([
        'backup.whole_namespace',
        'restore.cluster_gone',
        'policy.back_from_git',
        'restore.adopted',
      ]);
    } finally {
      await stop();
      await rm(scratch, { recursive: true, force: true });
    }
  }, 600_000);
});
