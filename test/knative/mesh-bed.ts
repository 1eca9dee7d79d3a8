/** For test files under `test/knative`: the whole product on a real API server and Knative's own data plane. */
import { describe } from 'vitest';
import { type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { explainMissing, findServerBinaries } from '../servers/find-server-binaries.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { hasReferenceCrds, referenceFix } from '../servers/reference-dir.ts';
import { createNetwork, type Network, whyNoNetwork } from './network.ts';
import { listMissingPrograms } from './programs.ts';
import { type RealMesh, startRealMesh } from './real-mesh.ts';

function whyNot(): string | undefined {
  const binaries = findServerBinaries();
  if ('missing' in binaries) return explainMissing(binaries);
  const missing = listMissingPrograms();
  if (missing.length > 0) return `no ${missing.join(', no ')}: run \`npm run servers\``;
  return hasReferenceCrds() ? whyNoNetwork() : referenceFix;
}

const why = whyNot();
if (why !== undefined) console.warn(`SKIPPED: the product on Knative's own data plane was not tested: ${why}`);

type Suite = (title: string, body: () => void) => void;

/** With REQUIRE_KNATIVE=1 every test fails where it would be skipped otherwise. */
export const describeOnKnative: Suite = describe.skipIf(why !== undefined && process.env['REQUIRE_KNATIVE'] !== '1');

export interface MeshBed {
  readonly bed: LocalBed;
  readonly mesh: RealMesh;
  readonly server: ApiServer;
  stop(): Promise<void>;
}

export async function startMeshBed(): Promise<MeshBed> {
  if (why !== undefined) throw new Error(`REQUIRE_KNATIVE=1, but ${why}`);
  const network = createNetwork();
  let server: ApiServer | undefined;
  try {
    // The hosts know this machine as the gateway: the server's certificate must be good for that address, too.
    server = await startApiServer({ extraFlags: [`--advertise-address=${network.gateway}`] });
    return await startOn(network, server);
  } catch (error) {
    await server?.stop();
    await network.close();
    throw error;
  }
}

async function startOn(network: Network, server: ApiServer): Promise<MeshBed> {
  await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
  await server.startControllerManager();
  let mesh: RealMesh | undefined;
  const bed = await startLocalBed({
    kubeconfig: server.kubeconfigPath,
    hasSample: true,
    startMesh: async (options) => (mesh = await startRealMesh({ network, server }, options)),
  });
  if (mesh === undefined) throw new Error('the mesh was not started');
  return {
    bed,
    mesh,
    server,
    async stop() {
      await bed.stop();
      await server.stop();
      await network.close();
    },
  };
}
