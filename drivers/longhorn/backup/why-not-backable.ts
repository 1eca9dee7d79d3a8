/** Everything that stands against backing up a claim, in the order a person would check it. Pure: refusals are values. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolume } from '@soteria/shared/kubernetes/core-types.ts';
import { longhornDriver, volumeHandleOf } from '@soteria/shared/longhorn/live-volume.ts';
import type { BackupTarget, LonghornVolume } from '@soteria/shared/longhorn/objects.ts';
import type { ClaimRef } from '@soteria/shared/operation/record/claim-ref.ts';
import { whyClaimNot } from '../../backup/why-claim-not.ts';
import type { Look } from '../../backup/world.ts';
import type { World } from './world.ts';

export function whyPersistentVolumeNot(
  ref: ClaimRef,
  volumeName: string,
  look: Look<PersistentVolume>,
): SoteriaError | undefined {
  const name = `${ref.namespace}/${ref.pvc}`;
  if (look.seen === undefined) {
    return new SoteriaError('volume_not_found', {
      what: `claim ${name} cannot be backed up`,
      why: `its persistent volume ${volumeName} does not exist`,
      fix: `the claim is lost; see: kubectl describe pvc -n ${ref.namespace} ${ref.pvc}`,
    });
  }
  if (volumeHandleOf(look.seen) === undefined) {
    const driver = look.seen.spec?.csi?.driver ?? 'a volume without CSI driver';
    return new SoteriaError('claim_not_longhorn', {
      what: `claim ${name} cannot be backed up by the longhorn driver`,
      why: `its persistent volume ${volumeName} belongs to ${driver}, not to ${longhornDriver}`,
      fix: 'only volumes of Longhorn can be backed up by this driver; move the data to a Longhorn storage class',
    });
  }
  return undefined;
}

export function whyVolumeNot(ref: ClaimRef, handle: string, look: Look<LonghornVolume>): SoteriaError | undefined {
  const what = `claim ${ref.namespace}/${ref.pvc} cannot be backed up`;
  const volume = look.seen;
  if (volume === undefined) {
    return new SoteriaError('volume_not_found', {
      what,
      why: `Longhorn has no volume ${handle}`,
      fix: `see: kubectl get volumes.longhorn.io -n longhorn-system ${handle}`,
    });
  }
  if (volume.isStandby) {
    return new SoteriaError('volume_standby', {
      what,
      why: `Longhorn volume ${handle} is a disaster-recovery (standby) volume`,
      fix: 'back up the volume it follows, or activate it in Longhorn first',
    });
  }
  if (volume.robustness === 'faulted') {
    return new SoteriaError('volume_faulted', {
      what,
      why: `Longhorn volume ${handle} is faulted: no replica of it can be read`,
      fix: `salvage it in Longhorn, or restore the newest restore point into a new claim; see: kubectl describe volumes.longhorn.io -n longhorn-system ${handle}`,
    });
  }
  if (volume.isRestoring) {
    return new SoteriaError('volume_restoring', {
      what,
      why: `Longhorn volume ${handle} is still being restored`,
      fix: 'ask again when the restore has ended',
    });
  }
  if (volume.tooManySnapshots !== undefined) {
    return new SoteriaError('unprocessable', {
      what,
      why: `Longhorn volume ${handle} has too many snapshots: ${volume.tooManySnapshots}`,
      fix: 'delete snapshots you do not need in Longhorn, or raise the volume’s snapshotMaxCount',
    });
  }
  return undefined;
}

export function whyTargetNot(ref: ClaimRef, name: string, look: Look<BackupTarget>): SoteriaError | undefined {
  const what = `claim ${ref.namespace}/${ref.pvc} cannot be backed up`;
  const target = look.seen;
  if (target === undefined) {
    return new SoteriaError('target_unavailable', {
      what,
      why: `Longhorn has no backup target ${name}`,
      fix: 'create it in Longhorn (Settings, Backup target), or point the volume at an existing backup target',
    });
  }
  if (target.url === '') {
    return new SoteriaError('target_unavailable', {
      what,
      why: `backup target ${name} has no URL: backup target URL is empty`,
      fix: 'set its URL and credential secret in Longhorn (Settings, Backup target)',
    });
  }
  if (!target.isAvailable) {
    return new SoteriaError('target_unavailable', {
      what,
      why: `backup target ${name} is not available; Longhorn says: ${target.unavailableMessage ?? 'nothing'}`,
      fix: `make ${target.url} reachable with its credentials, wait for Longhorn's next poll, then ask again`,
    });
  }
  return undefined;
}

/** All of the above over what was looked at; empty when the claim can be backed up. */
export function blockersOf(ref: ClaimRef, world: World): SoteriaError[] {
  const found: (SoteriaError | undefined)[] = [];
  if (world.claim !== undefined) found.push(whyClaimNot(ref, world.claim));
  const volumeName = world.claim?.seen?.spec?.volumeName ?? '';
  if (world.persistentVolume !== undefined) found.push(whyPersistentVolumeNot(ref, volumeName, world.persistentVolume));
  const handle = world.persistentVolume?.seen === undefined ? undefined : volumeHandleOf(world.persistentVolume.seen);
  if (world.volume !== undefined) found.push(whyVolumeNot(ref, handle ?? volumeName, world.volume));
  if (world.target !== undefined)
    found.push(whyTargetNot(ref, world.volume?.seen?.backupTargetName ?? 'default', world.target));
  return found.filter((blocker) => blocker !== undefined);
}

type Link = 'claim' | 'persistentVolume' | 'volume' | 'target';

/**
 * What must be looked at next to know the whole chain from claim to target; nothing when it ends or is complete. From the
 * persistent volume on at once: most volumes are called like it and use the default target.
 */
export function nextLooks(world: World): readonly Link[] {
  const { claim, persistentVolume, volume, target } = world;
  const unseen = (...links: readonly Link[]) => links.filter((link) => world[link] === undefined);
  if (claim === undefined) return ['claim'];
  if ((claim.seen?.spec?.volumeName ?? '') === '') return [];
  if (persistentVolume === undefined) return unseen('persistentVolume', 'volume', 'target');
  if (persistentVolume.seen === undefined || volumeHandleOf(persistentVolume.seen) === undefined) return [];
  if (volume === undefined) return unseen('volume', 'target');
  return volume.seen === undefined || target !== undefined ? [] : ['target'];
}
