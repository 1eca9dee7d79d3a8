/** Restores, wake-up by wake-up, with the requests of each to the API server. */
import type { AdminClient, AnyObject } from '../../test/servers/admin-client.ts';
import type { RequestLog } from '../backup/read-requests.ts';
import type { ServedFunction } from '../serve-function.ts';
import { manyNamespace, type PlayedRestores, source } from './play-restores.ts';

export interface Wakeup {
  readonly cause: string;
  readonly ms: number;
  /** The wake-ups in order. */
  readonly requests: readonly string[];
}

export interface RunTools {
  readonly served: ServedFunction;
  readonly played: PlayedRestores;
  readonly admin: AdminClient;
  readonly requests: RequestLog;
}

interface Operation extends AnyObject {
  readonly status?: { readonly phase?: string; readonly message?: string };
}

const operations = (namespace: string) => `/apis/soteria.dev/v1alpha1/namespaces/${namespace}/operations`;

const volumeChanged = (name: string) => ({
  apiVersion: 'longhorn.io/v1beta2',
  kind: 'Volume',
  namespace: 'longhorn-system',
  name,
});

/** Restores one claim, from the request to the usable claim, without Longhorn's own time. */
export async function runOne(
  { served, played, requests }: RunTools,
  targetPvc: string,
  progressUpdates: number,
): Promise<Wakeup[]> {
  const marks: { cause: string; ms: number; from: number; to: number }[] = [];
  const wake = async (cause: string, send: () => Promise<number>): Promise<void> => {
    const from = requests.mark();
    const ms = await send();
    marks.push({ cause, ms, from, to: requests.mark() });
  };
  const byVolume = (cause: string, volume: string) =>
    wake(cause, () => served.send('dev.knative.apiserver.ref.update', volumeChanged(volume)));

  await wake('request', () => served.send('dev.soteria.restore.requested.v1', { ...source, target_pvc: targetPvc }));
  const [volume] = await played.unfinished();
  if (volume === undefined) throw new Error('the request led to no volume');
  for (let update = 1; update <= progressUpdates; update += 1) {
    await played.isAt(volume, Math.floor((update * 99) / progressUpdates));
    await byVolume('progress', volume);
  }
  await played.isRestored(volume);
  await byVolume('restored', volume);
  if ((await played.unfinished()).length > 0) throw new Error(`${volume} was not finished`);
  return marks.map(({ cause, ms, from, to }) => ({ cause, ms, requests: requests.between(from, to) }));
}

export interface NamespaceRun {
  readonly ms: number;
  readonly requests: readonly string[];
  readonly mostAtOnce: number;
}

/** Restores every claim of a namespace; Longhorn restores each at once. */
export async function runNamespace({ served, played, admin, requests }: RunTools, run: number): Promise<NamespaceRun> {
  const name = `soteria-restore-namespace-${manyNamespace}-${run}`;
  const path = operations(manyNamespace);
  const request = { namespace: manyNamespace, nameSuffix: `-${run}` };
  await admin.must('POST', path, {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { name },
    spec: { kind: 'NamespaceRestore', request },
  });
  const from = requests.mark();
  const startedAt = performance.now();
  let mostAtOnce = 0;
  const reference = { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', namespace: manyNamespace, name };
  await served.send('dev.knative.apiserver.ref.add', reference);
  for (;;) {
    const { status } = await admin.must<Operation>('GET', `${path}/${name}`);
    if (status?.phase !== 'Pending' && status?.phase !== 'Running') {
      if (status?.phase !== 'Succeeded') throw new Error(`${name} is ${status?.phase}: ${status?.message}`);
      break;
    }
    const volumes = await played.unfinished();
    if (volumes.length === 0) throw new Error(`nothing is restored, and ${name} says: ${status.message}`);
    mostAtOnce = Math.max(mostAtOnce, volumes.length);
    await Promise.all(volumes.map((volume) => played.isRestored(volume)));
    for (const volume of volumes) await served.send('dev.knative.apiserver.ref.update', volumeChanged(volume));
  }
  const ms = performance.now() - startedAt;
  return { ms, requests: requests.between(from, requests.mark()), mostAtOnce };
}
