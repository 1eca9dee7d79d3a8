/** A restore point in words. Pure. */
import type { RestorePoint } from '../api/client.ts';
import { sayInstant } from '../words/instants.ts';

export type PointTone = 'safe' | 'late' | 'unprotected' | 'unknown';

/** Proved, good, refuted or not usable. */
export function toneOf(point: RestorePoint): PointTone {
  if (!point.restorable) return 'unprotected';
  if (point.refuted_at !== null && (point.verified_at === null || point.refuted_at > point.verified_at))
    return 'unprotected';
  return 'safe';
}

export function sayProof(point: RestorePoint): string {
  if (!point.restorable) return `cannot be restored: ${point.reason ?? point.state}`;
  if (toneOf(point) === 'unprotected') return `refuted: ${point.refuted_because ?? 'a restore test has failed'}`;
  if (point.verified_at !== null) return `proved (${point.verified_strength ?? 'restored'})`;
  return 'not proved yet';
}

export function sayPoint(point: RestorePoint): string {
  return `${point.data_as_of === null ? 'of an unknown instant' : sayInstant(point.data_as_of)}, ${sayProof(point)}`;
}

const origins: Readonly<Record<RestorePoint['origin'], string>> = {
  own: 'Soteria',
  'other-cluster': 'another cluster',
  'recurring-job': 'a recurring job',
  foreign: 'someone else',
};

export const sayOrigin = (point: RestorePoint): string =>
  point.policy !== null ? `policy ${point.policy}` : origins[point.origin];
