/** Judges the checksums, and a manifest that could not be read: a mistake in the request refutes nothing. Pure. */
import { ownRecord } from '@soteria/shared/verification/own-record.ts';
import type { VerdictCheck } from '@soteria/shared/verification/verdict.ts';
import type { ChecksumFacts } from './check-checksums.ts';
import { failed, impossible, named, passed } from './check.ts';
import type { Facts, UsedManifest } from './decide-verdict.ts';
import { noRegularFile, notThere } from './open-in-claim.ts';
import { isDenied } from './take-inventory.ts';

const check = 'checksums';
const beyondBounds: Readonly<Record<string, string>> = {
  EFBIG: 'is larger than 1 GiB, too large for a manifest',
  ETIMEDOUT: 'could not be read within ten minutes',
};

/** The files were compared with a manifest. */
export function isCompared({ manifest, manifestTrouble }: Pick<Facts, 'manifest' | 'manifestTrouble'>): boolean {
  return manifest !== undefined && manifestTrouble === undefined;
}

export function checksumsCheck(facts: Facts, wasRead: readonly string[]): VerdictCheck[] {
  const { checksums, manifest, manifestTrouble } = facts;
  // The request does not name the claim's own record: when only its owner may read the record, the proof is weaker.
  if (manifest !== undefined && manifestTrouble !== undefined && (manifest.isRequested || !isDenied(manifestTrouble))) {
    return [unreadCheck(manifest, manifestTrouble, wasRead.includes(manifest.path))];
  }
  if (checksums === undefined) return [];
  const { read, bad, badExamples, denied, changed } = checksums;
  if (bad > 0) {
    const wrongRoot =
      manifest?.isRequested === true && !wasRead.includes(manifest.path) ? nothingThere(checksums) : undefined;
    const others = `${bad} of ${read + bad + denied} files are not as they were${named(badExamples)}`;
    return [wrongRoot === undefined ? failed(check, others) : impossible(check, wrongRoot)];
  }
  const gap = manifest?.isRequested === true ? gapIn(manifest.path, checksums) : undefined;
  if (gap !== undefined) return [impossible(check, gap)];
  if (read === 0 && denied > 0) return [impossible(check, 'no file may be read')];
  const against = isCompared(facts) ? `are as ${manifest?.path} says` : 'could be read';
  const younger = changed === 0 ? '' : `; ${changed} have changed since it was written`;
  return [passed(check, `${read} files ${against}${younger}`)];
}

/** The claim's own record, and a manifest that an earlier proof of the point has read, can be lost; any other manifest may never have existed. */
function unreadCheck({ path, isRequested }: UsedManifest, code: string, wasRead: boolean): VerdictCheck {
  const bound = beyondBounds[code];
  if (bound !== undefined) return impossible(check, `the manifest ${path} ${bound}`);
  if (isDenied(code)) return impossible(check, `the manifest ${path} cannot be read: ${code}`);
  const before = wasRead ? ', and an earlier proof of this point has read it' : '';
  if (notThere.has(code)) {
    const detail = `the manifest ${path} is not in the claim (${code})${before}`;
    if (wasRead || path === ownRecord) return failed(check, detail);
    return impossible(check, `${detail}: the request may name it wrongly`);
  }
  if (noRegularFile.has(code)) {
    const detail = `the manifest ${path} is no regular file, and no link is followed (${code})${before}`;
    if (wasRead) return failed(check, detail);
    return impossible(check, isRequested ? `${detail}: the request may name it wrongly` : detail);
  }
  return failed(check, `the manifest ${path} cannot be read: ${code}`);
}

/** Names that are relative to another folder are all missing. */
function nothingThere({ read, denied, bad, missing }: ChecksumFacts): string | undefined {
  if (read + denied > 0 || missing < bad) return undefined;
  return `none of the ${bad} files that the manifest names is in the claim: are its names relative to the root of the claim?`;
}

/** Lists what a manifest of the request leaves unchecked. */
function gapIn(path: string, { read, malformed, links, denied }: ChecksumFacts): string | undefined {
  if (malformed > 0) return `${malformed} lines of the manifest ${path} cannot be read`;
  if (links > 0) return `${links} names in the manifest ${path} are links, or lead through one: no link is followed`;
  if (denied > 0) return `${denied} files that the manifest ${path} names may not be read`;
  return read === 0 ? `the manifest ${path} names no file` : undefined;
}
