/** Where the second driver of the tests keeps its copies: a repository that is no Longhorn, with objects in the namespace of the claim. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { driver } from '@soteria/shared/operation/kinds/drivers.ts';
import type { PointDriver } from '@soteria/shared/restore-points/port.ts';
import { noUrls } from '@soteria/shared/restore-points/select-restore-point.ts';

export interface Copy {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly pvc: string;
  readonly marks: Readonly<Record<string, string>>;
  readonly clusterId: string;
  readonly at: Date;
  readonly state: 'copying' | 'done' | 'failed';
}

const keyOf = ({ namespace = '', name }: ObjectRef): string => `${namespace}/${name}`;

export function createMemoryRepository() {
  const copies = new Map<string, Copy>();
  const filled = new Set<string>();
  return {
    copies,
    /** Claims that were filled from a copy, by namespace and name. */
    filled,
    get: (ref: ObjectRef): Copy | undefined => copies.get(keyOf(ref)),
    create: (copy: Omit<Copy, 'uid' | 'state'>): Copy => {
      const made: Copy = { ...copy, uid: `uid-${copies.size}`, state: 'copying' };
      copies.set(keyOf(copy), made);
      return made;
    },
    delete: (ref: ObjectRef): void => void copies.delete(keyOf(ref)),
    /** Every copy that is being made ends so. */
    endAll(state: 'done' | 'failed'): void {
      for (const [key, copy] of copies) if (copy.state === 'copying') copies.set(key, { ...copy, state });
    },
    points: (): Copy[] => [...copies.values()].filter(({ state }) => state === 'done'),
  };
}

export type MemoryRepository = ReturnType<typeof createMemoryRepository>;

/** Under the name of a driver that requests may name and this version does not have. */
export const memoryName = driver.restic;

export const memoryPoints: PointDriver<Copy> = {
  urls: noUrls,
  describe: ({ namespace, name, pvc, clusterId, at }) => ({
    id: `${memoryName}:memory/${name}`,
    driver: memoryName,
    name,
    snapshot: null,
    namespace,
    pvc,
    volume: null,
    target: 'memory',
    url: null,
    made_by: 'soteria',
    cluster_id: clusterId,
    cluster_uid: null,
    data_as_of: at.toISOString(),
    completed_at: at.toISOString(),
    size_bytes: 17n,
    uploaded_bytes: 17n,
    state: 'done',
    policy: null,
    held: false,
    consistency: 'crash',
    mode: null,
    tags: [],
  }),
};
