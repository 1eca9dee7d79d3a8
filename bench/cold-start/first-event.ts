/** The event each function is woken with, and the records they find. */
import type { BenchEvent } from '../post-event.ts';
import type { AdminClient } from '../../test/servers/admin-client.ts';

const namespace = 'soteria';

/** One for each function that moves Operations: it has ended, so that it is read and understood and nothing is to be done. */
const records = {
  backup: { name: 'soteria-backup-data-20260101-000000', spec: { kind: 'Backup', request: { pvc: 'data' } } },
  restore: {
    name: 'soteria-restore-data-20260101-000000',
    spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'data-2' } },
  },
} as const;

/** Functions that move Operations are told of theirs; the others are listed here. */
const otherEvents: Readonly<Record<string, BenchEvent>> = {
  'policy-tick': {
    type: 'dev.knative.sources.ping',
    source: '/apis/v1/namespaces/soteria/pingsources/sweep',
    data: {},
  },
  'b2-usage': {
    type: 'dev.knative.sources.ping',
    source: '/apis/v1/namespaces/soteria/pingsources/sweep',
    data: {},
  },
};

const operationAdded = (name: string): BenchEvent => ({
  type: 'dev.knative.apiserver.ref.add',
  data: { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', namespace, name },
});

export function firstEventOf(functionName: string): BenchEvent {
  return otherEvents[functionName] ?? operationAdded(records[functionName === 'restore' ? 'restore' : 'backup'].name);
}

/** What the events are about. */
export async function recordOperations(admin: AdminClient): Promise<void> {
  const path = `/apis/soteria.dev/v1alpha1/namespaces/${namespace}/operations`;
  for (const { name, spec } of Object.values(records)) {
    const created = await admin.must<Record<string, unknown>>('POST', path, {
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { name },
      spec,
    });
    const finishedAt = new Date().toISOString();
    const status = { phase: 'Succeeded', progress: 100, message: 'done', steps: [], finishedAt, settled: true };
    await admin.must('PUT', `${path}/${name}/status`, { ...created, status });
  }
}
