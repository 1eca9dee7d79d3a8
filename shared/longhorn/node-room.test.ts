import { describe, expect, it } from 'vitest';
import { createMemoryCluster } from '../fakes/kubernetes/memory-cluster.ts';
import { customKind } from '../fakes/kubernetes/memory-kinds.ts';
import type { JsonObject } from '../fakes/kubernetes/wire-object.ts';
import { createNodeRooms, roomInWords } from './node-room.ts';

const gib = 1024 ** 3;
const nodes = { group: 'longhorn.io', version: 'v1beta2', kind: 'Node', plural: 'nodes', isNamespaced: true };

function node(name: string, disk: object, spec: object = {}, diskSpec: object = {}): JsonObject {
  return {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Node',
    metadata: { name, namespace: 'longhorn-system' },
    spec: {
      allowScheduling: true,
      disks: { 'disk-1': { allowScheduling: true, storageReserved: gib, ...diskSpec } },
      ...spec,
    },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      diskStatus: {
        'disk-1': { storageAvailable: 8 * gib, storageMaximum: 10 * gib, storageScheduled: 2 * gib, ...disk },
      },
    },
  };
}

describe('the room for replicas', () => {
  it('is what is free and not promised, on nodes and disks that take replicas', async () => {
    const cluster = createMemoryCluster({
      now: () => new Date(0),
      namespaces: ['longhorn-system'],
      kinds: [customKind(nodes)],
    });
    cluster.seed(
      node('roomy', {}),
      node('full', { storageAvailable: gib / 2 }),
      node('promised', { storageScheduled: 12 * gib }),
      node('cordoned', {}, { allowScheduling: false }),
      node('sick', { conditions: [{ type: 'Schedulable', status: 'False' }] }),
      node('closed', {}, {}, { allowScheduling: false }),
    );
    const rooms = await createNodeRooms(cluster.client, { namespace: 'longhorn-system' }).list();
    expect(roomInWords(rooms)).toBe(
      'roomy has room for 7.0 GiB, full has room for 0.5 GiB, promised has room for 0.0 GiB, ' +
        'cordoned takes none, sick takes none, closed takes none',
    );
  });

  it('is not reported where nobody knows', async () => {
    const cluster = createMemoryCluster({ now: () => new Date(0), namespaces: ['longhorn-system'], kinds: [] });
    expect(await createNodeRooms(cluster.client, { namespace: 'longhorn-system' }).list()).toEqual([]);
    expect(roomInWords([])).toBe('');
  });
});
