/** The Backup to create, with everything that must survive on the target when cluster, namespace and claim are gone. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { claimShapeOf } from '@soteria/shared/longhorn/claim-shape.ts';
import type { BackupDraft } from '@soteria/shared/longhorn/port.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import type { Operation, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { marksOf } from '../../backup/about-operation.ts';
import type { Rules } from '../../backup/world.ts';
import type { World } from './world.ts';

function catalogueOf(operation: Operation, world: World, mode: BackupDraft['mode']): Record<string, string> {
  const { namespace, pvc } = claimRefOf(operation);
  const claim = world.claim?.seen;
  const persistentVolume = world.persistentVolume?.seen;
  const volume = world.volume?.seen;
  const tags = operation.spec.request.tags ?? [];
  const catalogue: Record<string, string> = {
    [catalogueKeys.managed]: 'true',
    [catalogueKeys.namespace]: namespace,
    [catalogueKeys.pvc]: pvc,
    [catalogueKeys.operation]: operation.metadata.name,
    [catalogueKeys.operationUid]: operation.metadata.uid,
    [catalogueKeys.policy]: operation.spec.request.policy ?? '',
    [catalogueKeys.consistency]: 'crash',
    [catalogueKeys.mode]: mode,
    [catalogueKeys.clusterId]: world.identity?.seen?.id ?? '',
    [catalogueKeys.clusterUid]: world.identity?.seen?.uid ?? '',
    [catalogueKeys.tags]: tags.length === 0 ? '' : JSON.stringify(tags),
    [catalogueKeys.kubernetesStatus]: volume?.kubernetesStatusJson ?? '',
    [catalogueKeys.claimShape]:
      claim === undefined || persistentVolume === undefined || volume === undefined
        ? ''
        : claimShapeOf(claim, persistentVolume, volume),
  };
  return Object.fromEntries(Object.entries(catalogue).filter(([, value]) => value !== ''));
}

/**
 * The API server stores an object of at most 1.5 MiB, and a Backup holds the catalogue twice: as it was asked for, and as it was read
 * back. Above that every write of Longhorn's would be answered with a 500, which reads as "try again".
 */
const maxCatalogueBytes = 640 * 1024;

function whyCatalogueNot(operation: Operation, catalogue: Readonly<Record<string, string>>): SoteriaError | undefined {
  const sizes = Object.entries(catalogue).map(([key, text]) => [key, Buffer.byteLength(text)] as const);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  if (total <= maxCatalogueBytes) return undefined;
  const [largest = ''] = sizes.toSorted(([, a], [, b]) => b - a)[0] ?? [];
  const kib = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
  return new SoteriaError('unprocessable', {
    what: `claim ${operation.metadata.namespace}/${operation.spec.request.pvc} cannot be backed up`,
    why: `what must travel with the backup has ${kib(total)}, more than the ${kib(maxCatalogueBytes)} that fit; most of it is ${largest}`,
    fix: 'shorten the labels and annotations of the claim, or the tags of the request',
  });
}

export function backupDraftOf(
  operation: Operation,
  work: OperationWork,
  world: World,
  rules: Rules,
): BackupDraft | SoteriaError {
  const volume = world.volume?.seen;
  if (volume === undefined || work.snapshot === undefined || work.backup === undefined) {
    return new SoteriaError('volume_not_found', {
      what: `claim ${operation.metadata.namespace}/${operation.spec.request.pvc} was not backed up`,
      why: `Longhorn volume ${work.volume ?? ''} disappeared after its snapshot was taken`,
      fix: 'check who deleted the volume; its earlier restore points can be restored into a new claim',
    });
  }
  const mode = operation.spec.request.mode ?? rules.defaultMode;
  const catalogue = catalogueOf(operation, world, mode);
  const tooLarge = whyCatalogueNot(operation, catalogue);
  if (tooLarge !== undefined) return tooLarge;
  return {
    name: work.backup,
    volume: volume.name,
    backupTargetName: volume.backupTargetName,
    snapshotName: work.snapshot,
    mode,
    blockSize: volume.backupBlockSize,
    marks: marksOf(operation),
    catalogue,
  };
}
