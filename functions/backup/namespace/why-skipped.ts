/** Why a claim is left out of the backup of its namespace. Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { volumeHandleOf } from '@soteria/shared/longhorn/live-volume.ts';

/** On a claim, as label or annotation, with the value `false`: leave it out. */
export const optOutKey = 'soteria.dev/backup';

/** From the claim alone. */
export function whyClaimSkipped({ metadata, spec, status }: PersistentVolumeClaim): string | undefined {
  if (metadata.labels?.[optOutKey] === 'false') return `its label ${optOutKey} is "false"`;
  if (metadata.annotations?.[optOutKey] === 'false') return `its annotation ${optOutKey} is "false"`;
  // A copy: of a restore test it is removed again, of a restore it is nobody's before it is whole.
  if (metadata.labels?.[temporaryLabel] !== undefined) return 'a restore or a restore test is making it';
  const phase = status?.phase ?? 'unknown';
  if (phase !== 'Bound' || (spec?.volumeName ?? '') === '') return `it is ${phase}, not Bound`;
  return undefined;
}

/** From what stands under it. */
export function whyVolumeSkipped(volume: PersistentVolume | undefined): string | undefined {
  if (volume === undefined) return 'its persistent volume does not exist';
  if (volumeHandleOf(volume) !== undefined) return undefined;
  return `its volume belongs to ${volume.spec?.csi?.driver ?? 'no CSI driver'}, not to Longhorn`;
}
