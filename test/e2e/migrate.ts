/** A backup of another cluster, on a store that is the second backup target of this cluster. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestFolder } from '@soteria/local/demo/compare-trees.ts';
import { backupTargets } from '@soteria/shared/longhorn/resource-types.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { type Claim, isAbout, type LocalBed, startLocalBed } from './local-bed.ts';
import { contentModes, post } from './send-event.ts';

export interface BackupElsewhere {
  readonly volume: string;
  readonly backup: string;
  /** Path → SHA-256. */
  readonly original: Map<string, string>;
  /** Copies as the mirror of a bucket would. */
  copyTo(targetFolder: string): Promise<void>;
  forget(): Promise<void>;
}

/** Makes the backup with its own installation, which is deleted afterwards. */
export async function makeBackupElsewhere(
  claim: Claim,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<BackupElsewhere> {
  const kept = await mkdtemp(join(tmpdir(), 'soteria-elsewhere-'));
  const bed = await startLocalBed();
  try {
    await bed.makeClaims([claim], files);
    const original = await digestFolder(bed.local.claimFolder(claim.namespace, claim.name));
    const asked = await fetch(`${bed.local.frontDoorUrl}/v1/backup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ namespace: claim.namespace, pvc: claim.name }),
    });
    if (asked.status !== 202) throw new Error(`the backup elsewhere was answered ${asked.status}`);
    const { status } = await bed.waitForEnd('the backup elsewhere', isAbout(claim));
    const { volume, backup } = status?.result ?? {};
    if (volume === undefined || backup === undefined) throw new Error(`no backup elsewhere: ${status?.message}`);
    await cp(bed.local.targetFolder, kept, { recursive: true });
    return {
      volume,
      backup,
      original,
      copyTo: (targetFolder) => cp(kept, targetFolder, { recursive: true }),
      forget: () => rm(kept, { recursive: true, force: true }),
    };
  } finally {
    await bed.stop();
  }
}

export interface SecondTarget {
  readonly url: string;
  readonly folder: string;
}

/** The target is read once, while it is empty, and never again by itself. */
export async function addSecondTarget({ local }: LocalBed): Promise<SecondTarget> {
  const url = 's3://second@region/';
  const ref = { name: 'second', namespace: 'longhorn-system' };
  await local.cluster.client.create(backupTargets, {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'BackupTarget',
    metadata: ref,
    spec: { backupTargetURL: url, pollInterval: '0s', credentialSecret: '' },
  });
  await waitUntil('the second target was read', async () => {
    const target = await local.cluster.client.get(backupTargets, ref);
    return (target?.status?.lastSyncedAt ?? '') !== '';
  });
  return { url, folder: join(dirname(local.targetFolder), 'targets', ref.name) };
}

/** Does the work of the sweep, which comes two minutes later at the latest, as soon as Longhorn lists the backup. */
export async function wakeWhenListed(
  { local }: LocalBed,
  backup: string,
  operation: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const { backups } = createLonghorn(local.cluster.client, { namespace: 'longhorn-system' });
  await waitUntil('Longhorn lists the backup', async () => {
    const found = await backups.get(backup);
    return found !== undefined && whyNotRestorable(found) === undefined;
  });
  const due = {
    type: 'dev.soteria.operation.due.v1',
    data: { ...operation, kind: 'Restore' },
    extensions: { operationkind: 'restore', name: operation.name },
  };
  const status = await post(local.brokerUrl, contentModes.binary(due));
  if (status !== 202) throw new Error(`the broker answered ${status}`);
}
