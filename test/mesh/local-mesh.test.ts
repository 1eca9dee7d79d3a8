/** The contract of a mesh, on the mesh of this repository. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeshActivity } from '@soteria/local/mesh/activity.ts';
import { startMesh } from '@soteria/local/mesh/start-mesh.ts';
import { createCluster, namespace, readProbeRequests } from '@soteria/local/mesh/testing/mesh-fixture.ts';
import { probeFunction } from '@soteria/local/mesh/testing/probe-function.ts';
import { describe } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { contractObjects, meshContract } from './contract.ts';

describe('local/mesh', () => {
  meshContract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'soteria-mesh-'));
    await writeFile(join(folder, 'probe.mjs'), probeFunction);
    const cluster = createCluster();
    cluster.seed(...contractObjects);
    const activities: MeshActivity[] = [];
    const count = (kind: 'woke' | 'slept', service: string): number =>
      activities.filter((one) => one.kind === kind && one.service === service).length;
    const mesh = await startMesh({
      client: cluster.client,
      namespace,
      functionCommand: (_service, args) => ({ command: process.execPath, args: [join(folder, 'probe.mjs'), ...args] }),
      functionEnv: () => Promise.resolve({}),
      onActivity: (activity) => void activities.push(activity),
      pace: { sleep: 20, retry: 1 },
    });
    return {
      client: cluster.client,
      brokerUrl: mesh.brokerUrl(namespace, 'default') ?? '',
      serviceUrl: (name) => mesh.serviceUrl(namespace, name) ?? '',
      requests: (service) => readProbeRequests(activities, service),
      countStarts: (service) => count('woke', service),
      async sleep(service) {
        await waitUntil(`${service} sleeps`, () => count('slept', service) === count('woke', service));
      },
      async stop() {
        await mesh.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
});
