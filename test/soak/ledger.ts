/** Compares the Operations with the backups on the target, read from the target's files alone, byte for byte. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differences, digestFolder } from '@soteria/local/demo/compare-trees.ts';
import { foldersIn } from '@soteria/local/longhorn/folders.ts';
import { listVolumes } from '@soteria/local/longhorn/store/list-volumes.ts';
import { readManifest } from '@soteria/local/longhorn/store/manifest.ts';
import { listBackups } from '@soteria/local/longhorn/store/record-backup.ts';
import { restoreToFolder } from '@soteria/local/longhorn/store/restore.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';

export interface OnTarget {
  readonly backup: string;
  readonly volume: string;
  readonly operationUid: string;
}

export async function readLedger(dataDir: string): Promise<readonly OnTarget[]> {
  const target = foldersIn(join(dataDir, 'longhorn')).target('default');
  const found: OnTarget[] = [];
  for (const volume of await listVolumes(target)) {
    for (const backup of await listBackups(target, volume)) {
      const manifest = await readManifest(target, volume, backup);
      found.push({ backup, volume, operationUid: manifest?.Labels[catalogueKeys.operationUid] ?? '' });
    }
  }
  return found;
}

/** Every success has exactly one backup, and every backup belongs to an Operation. Pure. */
export function compareLedger(operations: readonly Operation[], ledger: readonly OnTarget[]): string[] {
  const byUid = Map.groupBy(ledger, ({ operationUid }) => operationUid);
  const wrong: string[] = [];
  for (const { metadata, status } of operations) {
    const points = byUid.get(metadata.uid) ?? [];
    byUid.delete(metadata.uid);
    if (status?.phase === undefined || status.settled !== true) wrong.push(`${metadata.name} has not ended`);
    if (status?.phase !== 'Succeeded') {
      // A backup that was complete before its Operation gave up is a restore point too, but there is never more than one.
      if (points.length > 1) wrong.push(`${metadata.name} is ${status?.phase} and has ${points.length} backups`);
    } else if (points.length !== 1 || points[0]?.backup !== status.result?.backup) {
      wrong.push(
        `${metadata.name} says ${status.result?.backup}, there are: ${points.map((one) => one.backup).join(', ')}`,
      );
    }
  }
  for (const [uid, points] of byUid) wrong.push(`${points.map((one) => one.backup).join(', ')}: no Operation ${uid}`);
  return wrong;
}

/** Paths in which a successful backup differs from its claim, which has not changed since. */
export async function compareBytes(dataDir: string, operations: readonly Operation[]): Promise<string[]> {
  const folders = foldersIn(join(dataDir, 'longhorn'));
  const scratch = await mkdtemp(join(tmpdir(), 'soteria-soak-restored-'));
  const wrong: string[] = [];
  try {
    for (const { metadata, spec, status } of operations) {
      const { volume, backup } = status?.result ?? {};
      if (status?.phase !== 'Succeeded' || volume === undefined || backup === undefined) continue;
      const folder = join(scratch, backup);
      await restoreToFolder(folders.target('default'), volume, backup, folder);
      const live = folders.claim(metadata.namespace ?? '', spec.request.pvc ?? '');
      const unequal = differences(await digestFolder(folder), await digestFolder(live));
      if (unequal.length > 0) wrong.push(`${backup}: ${unequal.join(', ')}`);
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return wrong;
}
