/** The whole product on this machine for one test file: started once, watched, and stopped with nothing left behind. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { differences, digestFolder } from '@soteria/local/demo/compare-trees.ts';
import { restoreToFolder } from '@soteria/local/longhorn/store/restore.ts';
import type { MeshActivity } from '@soteria/local/mesh/activity.ts';
import { type Local, startLocal, type StartLocalOptions } from '@soteria/local/start-local.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { namespaces, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { type Backup, whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { isTerminal, type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { waitUntil } from '../servers/wait-until.ts';

export interface Claim {
  readonly namespace: string;
  readonly name: string;
}

export interface LocalBed {
  readonly local: Local;
  readonly dataDir: string;
  /** Everything that happened so far, in order. */
  readonly activities: readonly MeshActivity[];
  /** Files are written into the claim before it is made; returns when all are bound. */
  makeClaims(claims: readonly Claim[], files?: Readonly<Record<string, string | Buffer>>): Promise<void>;
  writeInto(claim: Claim, path: string, content: string | Buffer): Promise<void>;
  listOperations(namespace?: string): Promise<readonly Operation[]>;
  /** The first matching Operation, once it is settled. */
  waitForEnd(what: string, isMeant: (operation: Operation) => boolean, deadlineMs?: number): Promise<Operation>;
  /** The backups of one claim, by the labels that go to the target with them. */
  listRestorable(claim: Claim): Promise<readonly Backup[]>;
  /** Paths that differ between the backup, read from the target alone, and the claim. */
  compareWithClaim(operation: Operation): Promise<string[]>;
  /** A stop and a start on the same data; the clock may then be ahead of the machine's. */
  restart(clockAheadMs?: number): Promise<void>;
  /** Leaves a data folder that the caller gave. */
  stop(): Promise<void>;
}

export interface LocalBedOptions extends Partial<
  Pick<StartLocalOptions, 'kubeconfig' | 'chaos' | 'hasSample' | 'startMesh'>
> {
  /** Divides the time until an idle function sleeps: it sleeps after 80 seconds divided by this. */
  readonly sleepPace?: number;
  /** Divides the pauses between retries. */
  readonly retryPace?: number;
}

export async function startLocalBed(options: LocalBedOptions = {}): Promise<LocalBed> {
  const { kubeconfig, chaos, startMesh, hasSample = false, sleepPace = 20, retryPace = 1 } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'soteria-e2e-'));
  const activities: MeshActivity[] = [];
  const start = (clockAheadMs = 0): Promise<Local> =>
    startLocal({
      clockAheadMs,
      port: 0,
      dataDir,
      hasSample,
      kubeconfig,
      pace: { sleep: sleepPace, retry: retryPace },
      onActivity: (activity) => activities.push(activity),
      ...(chaos === undefined ? {} : { chaos }),
      ...(startMesh === undefined ? {} : { startMesh }),
    });
  let local = await start();

  const listOperations = (namespace?: string) =>
    Array.fromAsync(listAll(local.cluster.client, operations, { namespace }));

  return {
    get local() {
      return local;
    },
    dataDir,
    activities,
    listOperations,
    async makeClaims(claims, files = { 'file.txt': 'content' }) {
      const { client } = local.cluster;
      for (const namespace of new Set(claims.map((claim) => claim.namespace))) {
        await client
          .create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
          .catch(unlessPresent);
      }
      for (const { namespace, name } of claims) {
        for (const [path, content] of Object.entries(files)) {
          await writeFileIn(local.claimFolder(namespace, name), path, content);
        }
        await client.create(persistentVolumeClaims, {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { namespace, name },
          spec: {
            storageClassName: 'longhorn',
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1Gi' } },
          },
        });
      }
      for (const claim of claims) {
        await waitUntil(`claim ${claim.namespace}/${claim.name} is bound`, async () => {
          const found = await client.get(persistentVolumeClaims, claim);
          return found?.status?.phase === 'Bound';
        });
      }
    },
    writeInto: ({ namespace, name }, path, content) => writeFileIn(local.claimFolder(namespace, name), path, content),
    waitForEnd: (what, isMeant, deadlineMs = 30_000) =>
      waitUntil(
        `${what} has ended and is settled`,
        async () => {
          const found = (await listOperations()).find(isMeant);
          if (isTerminal(found?.status?.phase) && found?.status?.settled === true) return found;
          throw new Error(found === undefined ? 'there is no such Operation' : JSON.stringify(found.status));
        },
        { deadlineMs },
      ),
    async listRestorable({ namespace, name }) {
      const all = await createLonghorn(local.cluster.client, { namespace: 'longhorn-system' }).backups.list({});
      return all.filter(
        (backup) =>
          whyNotRestorable(backup) === undefined &&
          backup.catalogue[catalogueKeys.namespace] === namespace &&
          backup.catalogue[catalogueKeys.pvc] === name,
      );
    },
    async compareWithClaim({ metadata, spec, status }) {
      const { volume, backup } = status?.result ?? {};
      if (volume === undefined || backup === undefined) throw new Error(`${metadata.name} does not say what it made`);
      const scratch = await mkdtemp(join(tmpdir(), 'soteria-e2e-restored-'));
      try {
        await restoreToFolder(local.targetFolder, volume, backup, join(scratch, 'data'));
        const live = local.claimFolder(metadata.namespace ?? '', spec.request.pvc ?? '');
        return differences(await digestFolder(join(scratch, 'data')), await digestFolder(live));
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    async restart(clockAheadMs) {
      await local.stop();
      local = await start(clockAheadMs);
    },
    async stop() {
      await local.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** For `waitForEnd`: any Operation about the claim. */
export function isAbout({ namespace, name }: Claim): (operation: Operation) => boolean {
  return ({ metadata, spec }) => metadata.namespace === namespace && spec.request.pvc === name;
}

async function writeFileIn(folder: string, path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

function unlessPresent(error: unknown): void {
  if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
}
