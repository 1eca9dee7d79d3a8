/** For the tests of this folder and the bench of the mesh: the whole product on a real API server and Knative's own data plane. */
import type { MeshOptions } from '@soteria/local/mesh/start-mesh.ts';
import { type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { explainMissing, findServerBinaries } from '../servers/find-server-binaries.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { hasReferenceCrds, referenceFix } from '../servers/reference-dir.ts';
import { createNetwork, whyNoNetwork } from './network.ts';
import { listMissingPrograms } from './programs.ts';
import { type RealMesh, startRealMesh } from './real-mesh.ts';

/** Undefined when this machine can run everything; otherwise the reason. */
export function whyNoKnative(): string | undefined {
  const binaries = findServerBinaries();
  if ('missing' in binaries) return explainMissing(binaries);
  const missing = listMissingPrograms();
  if (missing.length > 0) return `no ${missing.join(', no ')}: run \`npm run servers\``;
  return hasReferenceCrds() ? whyNoNetwork() : referenceFix;
}

export interface MeshBed {
  readonly bed: LocalBed;
  readonly mesh: RealMesh;
  readonly server: ApiServer;
  stop(): Promise<void>;
}

/** An API server with everything but the installation, and a network for the mesh. */
export interface KnativeCluster {
  readonly server: ApiServer;
  /** Call it once: the hosts of a network have one mesh. */
  readonly startMesh: (options: MeshOptions) => Promise<RealMesh>;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<KnativeCluster> {
  const why = whyNoKnative();
  if (why !== undefined) throw new Error(`Knative’s own data plane cannot run here: ${why}`);
  const network = createNetwork();
  let server: ApiServer | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await network.close();
  };
  try {
    // The hosts reach this machine as the gateway: the server's certificate must be valid for that address too.
    const started = await startApiServer({ extraFlags: [`--advertise-address=${network.gateway}`] });
    server = started;
    await installCrds(started.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
    await started.startControllerManager();
    return { server: started, startMesh: (options) => startRealMesh({ network, server: started }, options), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export async function startMeshBed(): Promise<MeshBed> {
  const cluster = await startCluster();
  let mesh: RealMesh | undefined;
  try {
    const bed = await startLocalBed({
      kubeconfig: cluster.server.kubeconfigPath,
      hasSample: true,
      startMesh: async (options) => (mesh = await cluster.startMesh(options)),
    });
    if (mesh === undefined) throw new Error('the mesh was not started');
    return {
      bed,
      mesh,
      server: cluster.server,
      async stop() {
        await bed.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
