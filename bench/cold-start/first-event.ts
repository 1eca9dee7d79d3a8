/** The event each function is woken with, and the record it finds. */
import type { BenchEvent } from '../post-event.ts';
import type { AdminClient } from '../../test/servers/admin-client.ts';

const record = { namespace: 'soteria', name: 'soteria-backup-data-20260101-000000' };

/** Functions that move Operations are told of one; the others are listed here. */
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

const operationAdded: BenchEvent = {
  type: 'dev.knative.apiserver.ref.add',
  data: { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', ...record },
};

export function firstEventOf(functionName: string): BenchEvent {
  return otherEvents[functionName] ?? operationAdded;
}

/** An Operation that has ended: it is read and understood, and nothing is to be done. */
export async function recordOperation(admin: AdminClient): Promise<void> {
  const path = `/apis/soteria.dev/v1alpha1/namespaces/${record.namespace}/operations`;
  const created = await admin.must<Record<string, unknown>>('POST', path, {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { name: record.name },
    spec: { kind: 'Backup', request: { pvc: 'data' } },
  });
  const finishedAt = new Date().toISOString();
  const status = { phase: 'Succeeded', progress: 100, message: 'done', steps: [], finishedAt, settled: true };
  await admin.must('PUT', `${path}/${record.name}/status`, { ...created, status });
}
