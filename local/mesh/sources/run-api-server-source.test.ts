import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MeshActivity } from '../activity.ts';
import type { ChaosSwitches } from '../chaos.ts';
import { realClock } from '../clock.ts';
import { apiServerSourceSpec } from '../manifest/source-schemas.ts';
import { createCluster, eventually, namespace } from '../testing/mesh-fixture.ts';
import { startRecordingSink } from '../testing/recording-sink.ts';
import { runApiServerSource } from './run-api-server-source.ts';
import { writeSelector } from './write-selector.ts';

const backups = untyped({
  group: 'longhorn.io',
  version: 'v1beta2',
  kind: 'Backup',
  plural: 'backups',
  isNamespaced: true,
});
const resource = { apiVersion: 'longhorn.io/v1beta2', kind: 'Backup' };
const watched = { 'soteria.dev/watch': 'backup' };

function backup(name: string, labels: Record<string, string> = {}, home = 'longhorn-system') {
  return { apiVersion: 'longhorn.io/v1beta2', kind: 'Backup', metadata: { name, namespace: home, labels }, spec: {} };
}

async function start(spec: object, chaos: ChaosSwitches = {}) {
  const cluster = createCluster();
  cluster.seed(backup('old', watched));
  const sink = await startRecordingSink();
  const activities: MeshActivity[] = [];
  const stopping = new AbortController();
  let ids = 0;
  const source = runApiServerSource(
    {
      client: cluster.client,
      clock: realClock,
      signal: stopping.signal,
      retryPace: 1,
      newId: () => `id-${(ids += 1)}`,
      apiServerUrl: 'https://10.96.0.1:443',
      onActivity: (activity) => void activities.push(activity),
      chaos,
      addresses: { serviceUrl: () => undefined, brokerUrl: () => undefined, toLoopback: (text) => text },
    },
    {
      namespace,
      name: 'watch',
      labels: {},
      annotations: {},
      generation: 1,
      spec: apiServerSourceSpec.parse({
        resources: [resource],
        sink: { uri: sink.url },
        namespaceSelector: {},
        ...spec,
      }),
    },
  );
  onTestFinished(() => stopping.abort());
  await source.ready;
  const told = () => sink.received.map(({ headers }) => [headers['ce-type'], headers['ce-name']]);
  return { cluster, sink, activities, told };
}

const add = 'dev.knative.apiserver.ref.add';
const update = 'dev.knative.apiserver.ref.update';
const remove = 'dev.knative.apiserver.ref.delete';

describe('an ApiServerSource', () => {
  it('reports additions, changes and deletions with Knative’s attributes, and not the objects that existed', async () => {
    const { cluster, sink, told } = await start({});
    await cluster.client.create(backups, backup('b1'));
    await cluster.client.patch(backups, { namespace: 'longhorn-system', name: 'b1' }, { spec: { x: 1 } });
    await cluster.client.delete(backups, { namespace: 'longhorn-system', name: 'b1' });
    await eventually(() => expect(told()).toEqual([add, update, remove].map((type) => [type, 'b1'])));
    expect(sink.received[0]?.headers).toMatchObject({
      'ce-id': 'id-1',
      'ce-source': 'https://10.96.0.1:443',
      'ce-subject': '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/backups/b1',
      'ce-apiversion': 'longhorn.io/v1beta2',
      'ce-kind': 'Backup',
      'ce-namespace': 'longhorn-system',
      'content-type': 'application/json',
    });
    expect(JSON.parse(sink.received[0]?.body ?? '')).toEqual({
      kind: 'Backup',
      namespace: 'longhorn-system',
      name: 'b1',
      apiVersion: 'longhorn.io/v1beta2',
    });
  });

  it('without a namespace selector watches its own namespace only', async () => {
    const { cluster, told } = await start({ namespaceSelector: undefined });
    await cluster.client.create(backups, backup('elsewhere'));
    await cluster.client.create(backups, backup('here', {}, namespace));
    await eventually(() => expect(told()).toEqual([[add, 'here']]));
  });

  it('sends one event at a time, in order, however slow its sink', async () => {
    const { cluster, sink, told } = await start({});
    sink.hold(true);
    for (const name of ['b1', 'b2', 'b3']) await cluster.client.create(backups, backup(name));
    await eventually(() => expect(told()).toEqual([[add, 'b1']]));
    sink.hold(true);
    await eventually(() => expect(told()).toHaveLength(2));
    sink.hold(false);
    await eventually(() => expect(told().map(([, name]) => name)).toEqual(['b1', 'b2', 'b3']));
  });

  it('loses the events it is set to lose, as an adapter that restarts does', async () => {
    const { cluster, activities, told } = await start({}, { dropSourceEvent: ({ type }) => type === add });
    await cluster.client.create(backups, backup('b1'));
    await cluster.client.delete(backups, { namespace: 'longhorn-system', name: 'b1' });
    await eventually(() => expect(activities).toMatchObject([{ kind: 'source-event', type: remove, status: 202 }]));
    expect(told()).toEqual([[remove, 'b1']]);
  });
});

describe('a label selector', () => {
  it('is written in the form of the API', () => {
    const matchExpressions: NonNullable<Parameters<typeof writeSelector>[0]>['matchExpressions'] = [
      { key: 'a', operator: 'In', values: ['1', '2'] },
      { key: 'b', operator: 'NotIn', values: ['3'] },
      { key: 'c', operator: 'Exists' },
      { key: 'd', operator: 'DoesNotExist' },
    ];
    const text = writeSelector({ matchLabels: { e: 'f' }, matchExpressions });
    expect(text).toBe('e=f,a in (1,2),b notin (3),c,!d');
    expect(writeSelector(undefined)).toBeUndefined();
    expect(writeSelector({})).toBeUndefined();
  });
});
