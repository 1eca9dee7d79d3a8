/** The cases that `test/longhorn` puts to Longhorn's own webhook. */
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdmission } from './admission.ts';
import { ensureLonghornObjects } from './seed.ts';
import { kinds, type Ports, portsOf, prepare } from './testing/admission-world.ts';
import { admitted } from './testing/admitted-cases.ts';
import { outcomeOf, refused } from './testing/refused-cases.ts';
import { longhornSettings } from './crds.ts';

describe('the local Longhorn’s admission', () => {
  const namespace = 'longhorn-system';
  let ports: Ports;
  beforeAll(async () => {
    const cluster = createMemoryCluster({
      kinds: [...Object.values(kinds), longhornSettings].map((type) => customKind(type)),
    });
    createAdmission(namespace, {}).plugInto(cluster);
    await ensureLonghornObjects(cluster.client, { namespace });
    ports = portsOf(cluster.client, namespace);
    await prepare(ports);
  });

  it.each(admitted)('admits: $title', async ({ act, kind, name, is }) => {
    await act(ports);
    expect(await ports.client.get(kinds[kind], { name, namespace })).toMatchObject(is);
  });

  it.each(refused.filter(({ isOfImage }) => isOfImage !== true))(
    'refuses: $title',
    async ({ act, code, by, words }) => {
      expect(await outcomeOf(act(ports))).toEqual({ code, by, words });
    },
  );
});
