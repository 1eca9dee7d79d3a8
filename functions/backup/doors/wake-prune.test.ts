/** A Backup that a Prune deletes: its deletion wakes this function, which moves nothing of its own and asks for a look at the Prune. */
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { operationNameLabel, operationNamespaceLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { expect, it } from 'vitest';
import { defineBackup } from '../app.ts';
import { createTestBench, silent } from '../test-bench.ts';

function createBench() {
  const bench = createTestBench();
  const woken: string[] = [];
  const tools = {
    ...bench.tools,
    wakeOther: ({ metadata }: { metadata: { name: string } }) => Promise.resolve(void woken.push(metadata.name)),
  };
  const app = createFunction(defineBackup(tools), {
    authenticate: () => Promise.resolve({ user: 'anonymous', groups: [], proof: 'none' }),
    log: silent,
    metrics: createMetrics(),
    now: bench.now,
    settings: { unsignedEvents: 'backup', maxBodyBytes: 65_536, deadlineMs: 5_000 },
  });
  const tell = (change: string, name: string) =>
    app.request('/', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': `${change} ${name}`,
        'ce-source': '/test',
        'ce-type': `dev.knative.apiserver.ref.${change}`,
      },
      body: JSON.stringify({ apiVersion: 'longhorn.io/v1beta2', kind: 'Backup', namespace: 'longhorn-system', name }),
    });
  return { ...bench, woken, tell };
}

it('asks for a look at the Prune that has recorded the name of the Backup', async () => {
  const { store, tell, woken } = createBench();
  const request = { namespace: 'shop', pvc: 'data', policy: 'nightly' };
  const made = await store.create({
    namespace: 'soteria',
    name: 'soteria-prune-data',
    spec: { kind: 'Prune', request },
  });
  const work = { attempt: 1, backup: 'soteria-backup-old' };
  await store.replaceStatus(made, { phase: 'Running', progress: 5, message: '', steps: [], work });
  expect((await tell('delete', 'soteria-backup-old')).status).toBe(204);
  expect((await tell('delete', 'soteria-backup-other')).status).toBe(204);
  expect(woken).toEqual(['soteria-prune-data']);
});

it('leaves a Backup alone that another function watches', async () => {
  const { longhorn, tell, woken } = createBench();
  await longhorn.snapshots.create({ name: 'old', volume: 'vol-1', marks: {} }, { isDryRun: false });
  longhorn.finishSnapshot('old');
  const marks = {
    [watchLabel]: 'policy-tick',
    [operationNameLabel]: 'soteria-backup-gone',
    [operationNamespaceLabel]: 'shop',
  };
  const draft = { name: 'old', volume: 'vol-1', backupTargetName: 'default', snapshotName: 'old' };
  await longhorn.backups.create({ ...draft, mode: 'incremental', marks, catalogue: {} }, { isDryRun: false });
  longhorn.finishBackup('old');
  expect((await tell('update', 'old')).status).toBe(204);
  expect((await longhorn.backups.get('old'))?.marks[watchLabel]).toBe('policy-tick');
  expect(woken).toEqual([]);
});
