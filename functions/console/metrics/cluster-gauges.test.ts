import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';
import { readClusterGauges } from './cluster-gauges.ts';

type Bench = ReturnType<typeof createTestBench>;

async function lines({ client, now }: Bench): Promise<string[]> {
  const text = await readClusterGauges({ client, namespace: 'soteria', longhornNamespace: 'longhorn-system', now });
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

it('counts Operations by kind and phase, and reports the age of the oldest that waits', async () => {
  const bench = createTestBench();
  await bench.record('soteria-backup-a');
  bench.pass(60_000);
  await bench.record('soteria-backup-b');
  await bench.record('soteria-backup-c', { phase: 'Running' });
  await bench.record('soteria-restore-d', { phase: 'Failed' }, { kind: 'Restore' });
  const data = { one: '{}', two: '{}' };
  const metadata = { namespace: 'soteria', name: 'soteria-dead-letters' };
  await bench.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  for (const [name, available] of [
    ['default', true],
    ['offsite', false],
  ] as const) {
    const where = { namespace: 'longhorn-system', name };
    bench.cluster.seed({
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'BackupTarget',
      metadata: where,
      status: { available },
    });
  }
  expect(await lines(bench)).toEqual([
    'soteria_operations{kind="Backup",phase="Pending"} 2',
    'soteria_operations{kind="Backup",phase="Running"} 1',
    'soteria_operations{kind="Restore",phase="Failed"} 1',
    'soteria_oldest_queued_seconds 60',
    'soteria_dead_letters 2',
    'soteria_backup_target_available{target="default"} 1',
    'soteria_backup_target_available{target="offsite"} 0',
  ]);
});

it('leaves out what cannot be read, and keeps the other series', async () => {
  const refuseList = (kind: string) => (kind === 'Operation' ? new Error('forbidden') : undefined);
  expect(await lines(createTestBench({ refuseList }))).toEqual(['soteria_dead_letters 0']);
});
