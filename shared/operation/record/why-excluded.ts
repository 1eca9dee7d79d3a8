/** Why a claim is excluded from backups: by people, or because a restore has not finished it yet. Pure. */
import type { PersistentVolumeClaim } from '../../kubernetes/core-types.ts';
import { temporaryLabel } from './marks.ts';

/** On a claim, as label or annotation, with the value `false`: leave the claim out. */
const optOutKey = 'soteria.dev/backup';

export function whyExcluded({ metadata }: Pick<PersistentVolumeClaim, 'metadata'>): string | undefined {
  if (metadata.labels?.[optOutKey] === 'false') return `its label ${optOutKey} is "false"`;
  if (metadata.annotations?.[optOutKey] === 'false') return `its annotation ${optOutKey} is "false"`;
  // A copy: a restore test deletes its claim again, and the claim of a restore counts only when it is complete.
  if (metadata.labels?.[temporaryLabel] !== undefined) return 'a restore or a restore test is making it';
  return undefined;
}
