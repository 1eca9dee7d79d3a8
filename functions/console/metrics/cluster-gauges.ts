/** What is open and what is away, in Prometheus' text format: computed when somebody scrapes, so that it survives zero pods. */
import { deadLettersName } from '@soteria/shared/events/dead-letters.ts';
import { type Gauge, gaugeText } from '@soteria/shared/function/gauge-text.ts';
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { backupTargets } from '@soteria/shared/longhorn/resource-types.ts';
import { operationKinds } from '@soteria/shared/operation/kinds/kinds.ts';
import { type Operation, operations, phases } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';

export interface GaugeSources {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly longhornNamespace: string;
  readonly now: () => Date;
}

export interface OperationCount {
  readonly kind: string;
  readonly phase: string;
  count: number;
}

/** Labels are those of this version: whatever another version writes counts as `other`. */
export async function countOperations(all: AsyncIterable<Operation>) {
  const counts = new Map<string, OperationCount>();
  let oldestQueued: string | undefined;
  for await (const operation of all) {
    const status = statusOf(operation);
    const kind = Object.hasOwn(operationKinds, operation.spec.kind) ? operation.spec.kind : 'other';
    const phase = phases.includes(status.phase) ? status.phase : 'other';
    const counted = counts.get(`${kind} ${phase}`) ?? { kind, phase, count: 0 };
    counts.set(`${kind} ${phase}`, counted);
    counted.count += 1;
    const { creationTimestamp } = operation.metadata;
    if (phase === 'Pending' && (oldestQueued === undefined || creationTimestamp < oldestQueued)) {
      oldestQueued = creationTimestamp;
    }
  }
  return { counts: [...counts.values()], oldestQueued };
}

async function operationGauges({ client, now }: GaugeSources): Promise<Gauge[]> {
  const { counts, oldestQueued } = await countOperations(listAll(client, operations));
  const oldestSeconds = oldestQueued === undefined ? 0 : (now().getTime() - new Date(oldestQueued).getTime()) / 1000;
  return [
    {
      name: 'soteria_operations',
      help: 'Operations that are recorded now, by kind and phase; they are purged a day after their end',
      samples: counts.map(({ kind, phase, count }) => [{ kind, phase }, count]),
    },
    {
      name: 'soteria_oldest_queued_seconds',
      help: 'The age of the oldest Operation that waits; 0 when none waits',
      samples: [[{}, Math.max(0, oldestSeconds)]],
    },
  ];
}

async function letterGauges({ client, namespace }: GaugeSources): Promise<Gauge[]> {
  const box = await client.get(configMaps, { namespace, name: deadLettersName });
  return [
    {
      name: 'soteria_dead_letters',
      help: 'Events that were refused for good and are kept for a person',
      samples: [[{}, Object.keys(box?.data ?? {}).length]],
    },
  ];
}

async function targetGauges({ client, longhornNamespace }: GaugeSources): Promise<Gauge[]> {
  const targets = await Array.fromAsync(listAll(client, backupTargets, { namespace: longhornNamespace }));
  return [
    {
      name: 'soteria_backup_target_available',
      help: 'Whether Longhorn reaches the backup target (1) or not (0)',
      samples: targets.map(({ metadata, status }) => [{ target: metadata.name }, status?.available === true ? 1 : 0]),
    },
  ];
}

/** What cannot be read is left out: the other series stay. */
export async function readClusterGauges(sources: GaugeSources): Promise<string> {
  const parts = [operationGauges, letterGauges, targetGauges].map((read) => read(sources).catch((): Gauge[] => []));
  return (await Promise.all(parts)).flat().map(gaugeText).join('');
}
