/**
 * The whole product on one machine: an API server (embedded, or a real one by kubeconfig), Longhorn, the mesh, and the functions
 * as the image ships them. Longhorn and mesh are ordinary API clients: on a real API server only the first part is
 * different.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '@soteria/shared/log/log.ts';
import { createLog } from '@soteria/shared/log/log.ts';
import { bundleFunctions } from '../scripts/bundle-functions.ts';
import { clockAhead } from './clock-ahead.ts';
import { endWithParent } from './end-with-parent.ts';
import { applyManifests } from './apply-manifests.ts';
import { startLocalBucket } from './bucket/start-local-bucket.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { startJobs } from './jobs/start-jobs.ts';
import { foldersIn } from './longhorn/folders.ts';
import { ensureLonghornObjects } from './longhorn/seed.ts';
import { startLonghorn } from './longhorn/start-longhorn.ts';
import type { FaultSwitches } from './longhorn/faults.ts';
import type { Pace as LonghornPace } from './longhorn/pace.ts';
import { readKustomization, readObjects } from './manifests/read-kustomization.ts';
import type { MeshActivity } from './mesh/activity.ts';
import type { ChaosSwitches } from './mesh/chaos.ts';
import { startFrontDoor } from './mesh/front-door.ts';
import type { Pace } from './mesh/pace.ts';
import { type Mesh, type MeshOptions, startMesh } from './mesh/start-mesh.ts';
import { ensureSample } from './sample.ts';

export interface StartLocalOptions {
  /** Port of the front door; the broker takes the next port, the store the one after. 0: the system chooses. */
  readonly port: number;
  readonly dataDir: string;
  readonly hasSample: boolean;
  /** Kubeconfig of a real API server. */
  readonly kubeconfig: string | undefined;
  /** Manifests that are applied over the installation, such as a ConfigMap `soteria-config` kept in Git. */
  readonly settingsFile?: string | undefined;
  readonly onActivity: (activity: MeshActivity, at: Date) => void;
  readonly pace?: Partial<Pace>;
  /** Pace of the local Longhorn; left out: slow enough that its states can be seen. */
  readonly longhornPace?: Partial<LonghornPace>;
  readonly chaos?: ChaosSwitches;
  /** How far the clock of everything but a real API server is ahead; left out: the machine's clock. */
  readonly clockAheadMs?: number;
  /** Default: the mesh of this folder. The tests start Knative's own data plane instead. */
  readonly startMesh?: (options: MeshOptions) => Promise<Mesh>;
}

export interface Local {
  readonly frontDoorUrl: string;
  /** URL of the Broker `soteria/default`. */
  readonly brokerUrl: string;
  readonly apiServerUrl: string;
  readonly kubeconfigPath: string;
  /** The secret that callers may sign with, as the console does; new at every start. */
  readonly signingSecret: string;
  /** The clock of everything here. */
  readonly now: () => Date;
  /** The folder that holds `<namespace>/<claim>` for every claim. */
  readonly claimsFolder: string;
  /** The folder that is used as the backup target. */
  readonly targetFolder: string;
  readonly cluster: Cluster;
  readonly faults: FaultSwitches;
  /** The limits of the emulation, one sentence each. */
  readonly limits: readonly string[];
  claimFolder(namespace: string, claim: string): string;
  /** The URL at which a function accepts events without a broker; undefined when there is no such Service. */
  functionUrl(name: string): string | undefined;
  stop(): Promise<void>;
}

const repository = fileURLToPath(new URL('..', import.meta.url));
const soteriaNamespace = 'soteria';

/** Shows warnings and errors of the embedded parts in the live view. */
function logInto(onActivity: StartLocalOptions['onActivity'], now: () => Date): Log {
  return createLog({
    write: (line) => onActivity({ kind: 'log', service: 'longhorn', stream: 'stderr', line: line.trimEnd() }, now()),
    now,
    fields: {},
  });
}

export async function startLocal(options: StartLocalOptions): Promise<Local> {
  const { dataDir, port, onActivity, clockAheadMs = 0 } = options;
  const { now, nodeArgs } = clockAhead(clockAheadMs);
  await mkdir(dataDir, { recursive: true });
  const signingSecret = randomBytes(32).toString('hex');
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopPart of stops.splice(0).toReversed()) await stopPart();
  };
  try {
    // First of all, because it fails when another process uses the data: nothing of that process must be touched.
    const cluster = await startCluster({
      dataDir,
      kubeconfig: options.kubeconfig,
      port: port === 0 ? 0 : port + 2,
      now,
    });
    stops.push(() => cluster.stop());
    const bundles = await bundleFunctions({ outDir: join(dataDir, 'functions') });
    await ensureLonghornObjects(cluster.client);
    await applyManifests(cluster.client, readKustomization(join(repository, 'deploy')));
    if (options.settingsFile !== undefined) await applyManifests(cluster.client, readObjects(options.settingsFile));
    const longhorn = await startLonghorn({
      client: cluster.client,
      dataDir: join(dataDir, 'longhorn'),
      log: logInto(onActivity, now),
      now,
      ...(options.longhornPace === undefined ? {} : { pace: options.longhornPace }),
    });
    stops.push(() => longhorn.stop());
    cluster.useLonghornAdmission(longhorn.admission);
    const folders = foldersIn(join(dataDir, 'longhorn'));
    const jobs = await startJobs({
      client: cluster.client,
      bundlesFolder: join(dataDir, 'functions'),
      dataDir: join(dataDir, 'jobs'),
      claimFolder: (namespace, claim) => folders.claim(namespace, claim),
      accountEnv: (serviceAccount) => cluster.functionEnv(serviceAccount),
      log: logInto(onActivity, now),
      now,
      onLine: (pod, stream, line) => onActivity({ kind: 'log', service: pod, stream, line }, now()),
    });
    stops.push(() => jobs.stop());
    const bucket = await startLocalBucket(cluster.client, folders.target('default'));
    stops.push(() => bucket.close());
    const mesh = await (options.startMesh ?? startMesh)({
      client: cluster.client,
      namespace: soteriaNamespace,
      apiServerUrl: cluster.url,
      ingressPort: port === 0 ? 0 : port + 1,
      functionCommand: (_service, args) => ({
        command: process.execPath,
        args: [...endWithParent, ...nodeArgs, join(dataDir, 'functions', args[0] ?? '')],
      }),
      functionEnv: async (service) => ({
        ...(await cluster.functionEnv(service)),
        SOTERIA_SIGNING_SECRET: signingSecret,
      }),
      onActivity: (activity) => onActivity(activity, now()),
      now,
      ...(options.pace === undefined ? {} : { pace: options.pace }),
      ...(options.chaos === undefined ? {} : { chaos: options.chaos }),
    });
    stops.push(() => mesh.stop());
    const frontDoor = await startFrontDoor({ mesh, port });
    stops.push(() => frontDoor.close());
    if (options.hasSample)
      await ensureSample({
        client: cluster.client,
        claimFolder: (namespace, claim) => folders.claim(namespace, claim),
      });
    return {
      frontDoorUrl: frontDoor.url,
      brokerUrl: mesh.brokerUrl(soteriaNamespace, 'default') ?? '',
      apiServerUrl: cluster.url,
      kubeconfigPath: cluster.kubeconfigPath,
      signingSecret,
      now,
      claimsFolder: join(folders.dataDir, 'claims'),
      targetFolder: folders.target('default'),
      cluster,
      faults: longhorn.faults,
      limits: [
        ...cluster.limits,
        ...mesh.listIgnored(),
        `the mesh lets functions sleep ${mesh.pace.sleep} times sooner than Knative would`,
        `functions (${bundles.map(({ name }) => name).join(', ')}) are processes of this machine, one each, not pods`,
        'Jobs run as processes too, of Soteria’s own image only; their output is shown here, not by kubectl logs',
      ],
      claimFolder: (namespace, claim) => folders.claim(namespace, claim),
      functionUrl: (name) => mesh.serviceUrl(soteriaNamespace, name),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
