/** The sample namespace: claims with real files, so that the first backup has bytes to move. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Draft, KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { Namespace, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { namespaces, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';

export const sampleNamespace = 'sample';

/** Bytes that do not compress and are the same on every machine. */
function noise(seed: string, sizeBytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let length = 0, count = 0; length < sizeBytes; length += 64, count += 1) {
    blocks.push(createHash('sha512').update(`${seed} ${count}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}

const mebibyte = 1024 * 1024;

const claims: Readonly<Record<string, Readonly<Record<string, () => string | Buffer>>>> = {
  notes: {
    'todo.md': () => '# To do\n\n- [x] back up the notes\n- [ ] prove it\n',
    'journal/2026-01.md': () => 'A quiet month. The disks held.\n'.repeat(400),
    'journal/2026-02.md': () => 'The disk in node-2 died. Nobody noticed.\n'.repeat(400),
  },
  photos: {
    'summer/lake.raw': () => noise('lake', 5 * mebibyte),
    'summer/forest.raw': () => noise('forest', 3 * mebibyte),
    'index.json': () => JSON.stringify({ albums: { summer: ['lake.raw', 'forest.raw'] } }, null, 2),
  },
};

export const sampleClaims = Object.keys(claims);

/** A restore test compares the claim with this file without being asked: lines as sha256sum writes them. */
const recordPath = '.soteria/SHA256SUMS';

function recordOf(files: Readonly<Record<string, string | Buffer>>): string {
  return Object.entries(files)
    .map(([path, content]) => `${createHash('sha256').update(content).digest('hex')}  ${path}\n`)
    .join('');
}

/** Existing files belong to the user and stay as they are; the record is written only when every file is ours. */
async function writeFiles(folder: string, made: Readonly<Record<string, () => string | Buffer>>): Promise<void> {
  const isNew = !existsSync(folder);
  const files = Object.fromEntries(Object.entries(made).map(([path, content]) => [path, content()]));
  for (const [path, content] of Object.entries({ ...files, ...(isNew ? { [recordPath]: recordOf(files) } : {}) })) {
    const file = join(folder, path);
    if (existsSync(file)) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

async function createOnce(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
  }
}

export interface SampleOptions {
  readonly client: KubernetesClient;
  /** The folder that is a claim's content. */
  readonly claimFolder: (namespace: string, claim: string) => string;
}

/** Makes the missing objects and files. */
export async function ensureSample({ client, claimFolder }: SampleOptions): Promise<void> {
  const namespace: Draft<Namespace> = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: sampleNamespace } };
  await createOnce(() => client.create(namespaces, namespace));
  for (const [name, files] of Object.entries(claims)) {
    // Files first: a folder that exists before its claim becomes the content of the claim's volume.
    await writeFiles(claimFolder(sampleNamespace, name), files);
    const claim: Draft<PersistentVolumeClaim> = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: sampleNamespace, labels: { app: name } },
      spec: {
        storageClassName: 'longhorn',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    };
    await createOnce(() => client.create(persistentVolumeClaims, claim));
  }
  await waitUntilBound(client);
}

async function waitUntilBound(client: KubernetesClient): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { items } = await client.list(persistentVolumeClaims, { namespace: sampleNamespace });
    const waiting = items.filter(
      ({ metadata, status }) => sampleClaims.includes(metadata.name) && status?.phase !== 'Bound',
    );
    if (waiting.length === 0) return;
    if (Date.now() > deadline) {
      throw new SoteriaError('claim_not_bound', {
        what: 'the sample could not be made',
        why: `after 30 seconds these claims are not bound: ${waiting.map(({ metadata }) => metadata.name).join(', ')}`,
        fix: 'start with --no-sample, or with another folder: --data DIR',
      });
    }
    await wait(50);
  }
}
