/**
 * Names of what Soteria makes. Invariants:
 *  1. A name is a function of the request, never of the clock or of chance: a repeat makes the same name and meets "already exists".
 *  2. At most 63 characters (a restored Volume: 40); longer ones are cut in the middle, and a hash of the whole keeps them apart.
 */
import { shortHash } from '../../short-hash.ts';

const maxNameLength = 63;

/** `YYYYMMDD-HHMMSS` in UTC. */
export function timeInName(at: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T');
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
}

/** Fits `text` into `max` characters: head, hash of the whole, tail. A DNS name stays one. */
function cutMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const hash = shortHash(text);
  const room = max - hash.length - 2;
  const head = text.slice(0, Math.ceil(room / 2)).replace(/[-.]+$/, '');
  const tail = text.slice(text.length - Math.floor(room / 2)).replace(/^[-.]+/, '');
  return `${head}-${hash}-${tail}`;
}

/** Objects named after a claim may not carry its dots everywhere (a label value may, a DNS label may not). */
function withoutDots(name: string): string {
  return name.replaceAll('.', '-');
}

/**
 * `soteria-<verb>-<claim>-YYYYMMDD-HHMMSS` (SA-09). `tieBreak` tells two different requests of one second for one claim apart.
 */
export function operationName(verb: string, claim: string, at: Date, tieBreak = ''): string {
  const start = `soteria-${verb}-`;
  const end = `-${timeInName(at)}${tieBreak === '' ? '' : `-${tieBreak}`}`;
  return start + cutMiddle(withoutDots(claim), maxNameLength - start.length - end.length) + end;
}

export interface LonghornNameParts {
  readonly namespace: string;
  readonly claim: string;
  readonly at: Date;
  readonly operationUid: string;
  readonly attempt: number;
}

/** `soteria-backup-<namespace>-<claim>-<time>-<h6>[-r<attempt>]`: all clusters' and namespaces' objects share one namespace there. */
export function longhornName(parts: LonghornNameParts): string {
  const start = 'soteria-backup-';
  const retry = parts.attempt > 1 ? `-r${parts.attempt}` : '';
  const end = `-${timeInName(parts.at)}-${shortHash(parts.operationUid)}${retry}`;
  const middle = withoutDots(`${parts.namespace}-${parts.claim}`);
  return start + cutMiddle(middle, maxNameLength - start.length - end.length) + end;
}

/** Longhorn silently renames a Volume of more characters. */
export const maxVolumeName = 40;

/** `soteria-restore-<claim>-<h6>`: of a restored Volume, and of the persistent volume over it. */
export function restoredVolumeName(claim: string, operationUid: string): string {
  const start = 'soteria-restore-';
  const end = `-${shortHash(operationUid)}`;
  return start + cutMiddle(withoutDots(claim), maxVolumeName - start.length - end.length) + end;
}

/** `soteria-restoretest-<claim>-<h6>`: the claim that a restore test makes and removes. */
export function testClaimName(claim: string, operationUid: string): string {
  const start = 'soteria-restoretest-';
  const end = `-${shortHash(operationUid)}`;
  return start + cutMiddle(withoutDots(claim), maxNameLength - start.length - end.length) + end;
}

/** The instant in an operation's name, when it has one; `kubectl create` with generateName leaves none. */
export function timeFromName(name: string): Date | undefined {
  const found = /-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})(?:-[0-9a-f]{1,8})?$/.exec(name);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second] = found;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** A label value for names that may be longer than a label value can be. */
export function claimHash(namespace: string, claim: string): string {
  return shortHash(`${namespace}/${claim}`, 24);
}

/** The same of an identity. */
export function identityHash(identity: string): string {
  return shortHash(identity, 24);
}
