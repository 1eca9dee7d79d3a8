/** The event each function is woken with, and the records they find. */
import type { BenchEvent } from '../post-event.ts';
import type { AdminClient } from '../../test/servers/admin-client.ts';

const namespace = 'soteria';

/** More Operations than events sent at once: events about the same object would be handled together. */
const backupCount = 40;

/** The Operations have ended: each is read, and no action is needed. */
const records = [
  ...Array.from({ length: backupCount }, (_, n) => ({
    name: `soteria-backup-data-20260101-0000${String(n).padStart(2, '0')}`,
    spec: { kind: 'Backup', request: { pvc: 'data' } },
  })),
  {
    name: 'soteria-restore-data-20260101-000000',
    spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'data-2' } },
  },
];
const eventsOf = (kind: string): BenchEvent[] =>
  records.filter(({ spec }) => spec.kind === kind).map(({ name }) => operationAdded(name));

/** A function that moves Operations gets an event about one of them; the events of the other functions are listed here. */
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
  const [event] = eventsOf(functionName === 'restore' ? 'Restore' : 'Backup');
  const found = otherEvents[functionName] ?? event;
  if (found === undefined) throw new Error(`nothing wakes ${functionName}`);
  return found;
}

/** `backup` reads each from the API server once. */
export const backupEvents = (): readonly BenchEvent[] => eventsOf('Backup');

/** The objects that the events name. */
export async function recordOperations(admin: AdminClient): Promise<void> {
  const path = `/apis/soteria.dev/v1alpha1/namespaces/${namespace}/operations`;
  for (const { name, spec } of records) {
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
