/** Where Longhorn has room for replicas, node by node: what its own words about a failed scheduling leave out. */
import * as z from 'zod';
import { SoteriaError } from '../errors.ts';
import { type KubernetesClient, listAll } from '../kubernetes/client.ts';
import { objectShape } from '../kubernetes/core-types.ts';
import type { KubernetesObject, ResourceType } from '../kubernetes/resource-type.ts';
import { bytesOf } from './from-wire.ts';
import { longhornGroup, longhornVersion } from './resource-types.ts';

export interface NodeRoom {
  readonly node: string;
  /** False: disabled by hand, not ready, or no disk takes replicas. */
  readonly isSchedulable: boolean;
  /** On disks that take replicas: what is free, and not promised to replicas that have not filled it yet. */
  readonly roomBytes: bigint;
}

const amount = z.union([z.number(), z.string()]).nullish();
const condition = z.looseObject({ type: z.string(), status: z.string().nullish() });
const disk = z.looseObject({
  storageAvailable: amount,
  storageMaximum: amount,
  storageScheduled: amount,
  conditions: z.array(condition).nullish(),
});
const nodeWire = objectShape.extend({
  spec: z.looseObject({
    allowScheduling: z.boolean().nullish(),
    disks: z
      .record(z.string(), z.looseObject({ allowScheduling: z.boolean().nullish(), storageReserved: amount }))
      .nullish(),
  }),
  status: z
    .looseObject({ conditions: z.array(condition).nullish(), diskStatus: z.record(z.string(), disk).nullish() })
    .nullish(),
});
type LonghornNode = z.infer<typeof nodeWire> & KubernetesObject;

const longhornNodes: ResourceType<LonghornNode> = {
  group: longhornGroup,
  version: longhornVersion,
  kind: 'Node',
  plural: 'nodes',
  isNamespaced: true,
  parse: (wire) => nodeWire.parse(wire),
};

const isTrue = (conditions: readonly z.infer<typeof condition>[] | null | undefined, type: string): boolean =>
  conditions?.every((one) => one.type !== type || one.status === 'True') ?? true;

const atLeastZero = (bytes: bigint): bigint => (bytes < 0n ? 0n : bytes);

export function roomOf({ metadata, spec, status }: LonghornNode): NodeRoom {
  const disks = Object.entries(status?.diskStatus ?? {}).filter(
    ([name, one]) => spec.disks?.[name]?.allowScheduling !== false && isTrue(one.conditions, 'Schedulable'),
  );
  const rooms = disks.map(([name, one]) => {
    const reserved = bytesOf(spec.disks?.[name]?.storageReserved) ?? 0n;
    const unpromised = (bytesOf(one.storageMaximum) ?? 0n) - (bytesOf(one.storageScheduled) ?? 0n) - reserved;
    const free = bytesOf(one.storageAvailable) ?? 0n;
    return atLeastZero(unpromised < free ? unpromised : free);
  });
  const isReady = isTrue(status?.conditions, 'Ready') && isTrue(status?.conditions, 'Schedulable');
  return {
    node: metadata.name,
    isSchedulable: spec.allowScheduling !== false && isReady && disks.length > 0,
    roomBytes: rooms.reduce((sum, room) => (room > sum ? room : sum), 0n),
  };
}

const gibibytes = (bytes: bigint): string => `${(Number(bytes / 2n ** 20n) / 1024).toFixed(1)} GiB`;

/** `node-1 has room for 3.5 GiB, node-2 takes none`; at most ten, those with most room first. */
export function roomInWords(rooms: readonly NodeRoom[]): string {
  const sorted = rooms.toSorted(
    (a, b) => Number(b.isSchedulable) - Number(a.isSchedulable) || (b.roomBytes > a.roomBytes ? 1 : -1),
  );
  const told = sorted
    .slice(0, 10)
    .map(({ node, isSchedulable, roomBytes }) =>
      isSchedulable ? `${node} has room for ${gibibytes(roomBytes)}` : `${node} takes none`,
    );
  return told.join(', ') + (rooms.length > told.length ? `, and ${rooms.length - told.length} more` : '');
}

export interface NodeRooms {
  /** The room on the largest disk of each node; an empty list where Longhorn's nodes cannot be listed. */
  list(signal?: AbortSignal): Promise<readonly NodeRoom[]>;
}

export function createNodeRooms(client: KubernetesClient, { namespace }: { readonly namespace: string }): NodeRooms {
  return {
    async list(signal) {
      try {
        return (await Array.fromAsync(listAll(client, longhornNodes, { namespace }, { signal }))).map(roomOf);
      } catch (error) {
        // A store that does not know the kind; it is reported for a reader's sake only.
        if (error instanceof SoteriaError && (error.code === 'cluster_refused' || error.code === 'not_found'))
          return [];
        throw error;
      }
    },
  };
}
