/** From what was found to the verdict. Pure. */
import type { Verdict, VerdictCheck, Weakness, strengths } from '@soteria/shared/verification/verdict.ts';
import type { ChecksumFacts } from './check-checksums.ts';
import type { SqliteFacts } from './check-sqlite.ts';
import type { VerifyOptions } from './options.ts';
import { type Inventory, type Unreadable, isDenied } from './take-inventory.ts';

export interface UsedManifest {
  /** Below the claim's root. */
  readonly path: string;
  /** Kept by the claim itself; nobody has asked for it. */
  readonly isOwn: boolean;
}

export interface Facts {
  /** Why the claim's folder could not be opened at all: the system's code. */
  readonly trouble: string | undefined;
  readonly inventory: Inventory;
  readonly manifest: UsedManifest | undefined;
  readonly checksums: ChecksumFacts | undefined;
  /** The manifest itself could not be read: the system's code. */
  readonly manifestTrouble: string | undefined;
  readonly sqlite: readonly SqliteFacts[];
  /** So many were found, where they were looked for. */
  readonly databases: number | undefined;
  readonly durationMs: number;
}

type Expectations = Pick<
  VerifyOptions,
  | 'expectFiles'
  | 'expectBytes'
  | 'baselineFiles'
  | 'baselineBytes'
  | 'maxDropPercent'
  | 'minFiles'
  | 'minBytes'
  | 'mayBeEmpty'
>;

export function decideVerdict(facts: Facts, wanted: Expectations): Verdict {
  const { inventory, checksums } = facts;
  const checks = checksOf(facts, wanted);
  const has = (outcome: VerdictCheck['outcome']) => checks.some((one) => one.outcome === outcome);
  const failures = checks.filter(({ outcome }) => outcome === 'failed');
  return {
    version: 1,
    outcome: has('failed') ? 'refuted' : has('impossible') ? 'inconclusive' : 'verified',
    strength: failures.length > 0 ? strongestOf(failures) : strengthOf(facts, wanted),
    weaker: weaknessesOf(facts, wanted),
    files: inventory.files,
    folders: inventory.folders,
    bytes: inventory.bytes,
    sampled: checksums?.read ?? 0,
    ...(checksums === undefined ? {} : { sampleDigest: checksums.digest }),
    durationMs: facts.durationMs,
    checks,
  };
}

function checksOf(facts: Facts, wanted: Expectations): VerdictCheck[] {
  const { inventory, trouble } = facts;
  // Where nothing could be opened, every other check would only say so again.
  if (trouble !== undefined) {
    const detail = `the claim's folder cannot be read: ${trouble}`;
    return [isDenied(trouble) ? impossible('mount', `${detail}: only its owner may`) : failed('mount', detail)];
  }
  const { files, bytes } = inventory;
  return [
    passed('mount', 'the file system is mounted and readable'),
    checkOf(
      'entries',
      inventory.broken === 0,
      `${inventory.broken} entries are damaged${named(inventory.brokenExamples)}`,
    ),
    contentsCheck(inventory, wanted),
    ...expected('files', files, wanted.expectFiles, inventory.denied),
    ...expected('bytes', bytes, wanted.expectBytes, inventory.denied),
    ...shrunken('files', files, wanted.baselineFiles, wanted.maxDropPercent),
    ...shrunken('bytes', bytes, wanted.baselineBytes, wanted.maxDropPercent),
    ...atLeast('min_files', files, wanted.minFiles),
    ...atLeast('min_bytes', bytes, wanted.minBytes),
    ...checksumsCheck(facts),
    ...databasesCheck(facts),
    ...facts.sqlite.map(({ path, outcome, detail }) => ({ name: `sqlite ${path}`, outcome, detail })),
  ];
}

/** An empty claim may be lost data, or one that was never written to: what was recorded or wanted refutes it, by its own check. */
function contentsCheck({ files, folders, links, denied }: Inventory, wanted: Expectations): VerdictCheck {
  const mayBeEmpty =
    wanted.mayBeEmpty || wanted.maxDropPercent === 100 || wanted.expectFiles === 0 || wanted.baselineFiles === 0;
  if (mayBeEmpty || files + folders + links + denied > 0) return passed('contents', '');
  const detail = 'the claim is empty, which proves nothing: if it is meant to be, ask once with max_drop_percent 100';
  return impossible('contents', detail);
}

/** Folders that only their owner may look into hide files: then fewer than recorded prove nothing. */
function expected(name: string, found: number, wanted: number | undefined, denied: number): VerdictCheck[] {
  if (wanted === undefined) return [];
  const detail = `${found} found, ${wanted} are recorded of this restore point`;
  return found < wanted && denied > 0 ? [impossible(name, detail)] : [checkOf(name, found === wanted, detail)];
}

const tellingDropPercent = 50;

/** Data may go on purpose: unless the caller has said how much may go, a drop is told and refutes nothing. */
function shrunken(
  what: string,
  found: number,
  before: number | undefined,
  maxDropPercent: number | undefined,
): VerdictCheck[] {
  if (before === undefined) return [];
  const percent = maxDropPercent ?? tellingDropPercent;
  const detail = `${found} ${what}, ${before} when an earlier point of the claim was last proved`;
  const name = `drop_of_${what}`;
  if (found >= before - (before * percent) / 100) return [passed(name, detail)];
  return [
    {
      name,
      outcome: maxDropPercent === undefined ? 'impossible' : 'failed',
      detail: `${detail}: more than ${percent} % less`,
    },
  ];
}

function databasesCheck({ databases, sqlite, inventory }: Facts): VerdictCheck[] {
  if (databases === undefined) return [];
  if (databases === 0) {
    const detail = `no SQLite database is among ${inventory.files} files`;
    return [{ name: 'sqlite', outcome: inventory.denied > 0 ? 'impossible' : 'failed', detail }];
  }
  return [passed('sqlite', `${sqlite.length} of ${databases} databases were looked into`)];
}

function atLeast(name: string, found: number, wanted: number): VerdictCheck[] {
  return wanted === 0 ? [] : [checkOf(name, found >= wanted, `${found} found, at least ${wanted} are wanted`)];
}

function checksumsCheck({ checksums, manifest, manifestTrouble }: Facts): VerdictCheck[] {
  // Nobody has asked for the claim's own record: that only its owner may read it is a weakness of the proof.
  if (manifestTrouble !== undefined && !(manifest?.isOwn === true && isDenied(manifestTrouble))) {
    const detail = `the manifest ${manifest?.path ?? ''} cannot be read: ${manifestTrouble}`;
    return [isDenied(manifestTrouble) ? impossible('checksums', detail) : failed('checksums', detail)];
  }
  if (checksums === undefined) return [];
  const { read, bad, badExamples, denied, changed, malformed } = checksums;
  if (bad > 0)
    return [failed('checksums', `${bad} of ${read + bad + denied} files are not as they were${named(badExamples)}`)];
  if (manifest?.isOwn === false) {
    const { path } = manifest;
    if (malformed > 0) return [impossible('checksums', `${malformed} lines of the manifest ${path} cannot be read`)];
    if (denied > 0) return [impossible('checksums', `${denied} files that the manifest ${path} names may not be read`)];
    if (read === 0) return [impossible('checksums', `the manifest ${path} names no file`)];
  }
  if (read === 0 && denied > 0) return [impossible('checksums', 'no file may be read')];
  const isCompared = manifest !== undefined && manifestTrouble === undefined;
  const against = isCompared ? `are as ${manifest.path} says` : 'could be read';
  const younger = changed === 0 ? '' : `; ${changed} have changed since it was written`;
  return [passed('checksums', `${read} files ${against}${younger}`)];
}

function strengthOf(
  { checksums, sqlite, manifest, manifestTrouble }: Facts,
  wanted: Expectations,
): (typeof strengths)[number] {
  if (sqlite.some(({ outcome }) => outcome === 'passed')) return 'application';
  const isCompared = manifest !== undefined && manifestTrouble === undefined;
  if (checksums !== undefined && checksums.read > 0 && isCompared) return 'checksums';
  const isCounted = hasRecord(wanted) || hasEarlier(wanted) || wanted.minFiles > 0 || wanted.minBytes > 0;
  return isCounted ? 'counts' : 'mounts';
}

const levels: readonly (readonly [RegExp, (typeof strengths)[number]])[] = [
  [/^sqlite/, 'application'],
  [/^checksums$/, 'checksums'],
  [/^(files|bytes|min_|drop_)/, 'counts'],
];

/** Of what has failed: only a check that goes as far can take it back. */
function strongestOf(failures: readonly VerdictCheck[]): (typeof strengths)[number] {
  return levels.find(([name]) => failures.some((one) => name.test(one.name)))?.[1] ?? 'mounts';
}

function weaknessesOf({ inventory, checksums, manifest, manifestTrouble }: Facts, wanted: Expectations): Weakness[] {
  const weaker: Weakness[] = [];
  const isCompared = manifest !== undefined && manifestTrouble === undefined;
  if (!isCompared && !hasRecord(wanted)) {
    weaker.push(hasEarlier(wanted) ? 'older_baseline' : 'no_baseline');
  }
  if (manifest?.isOwn === true) {
    if (manifestTrouble !== undefined || (checksums?.malformed ?? 0) > 0) weaker.push('record_unread');
    else if (checksums?.changed !== 0 || checksums.read === 0) weaker.push('partly_recorded');
  }
  if (inventory.denied + (checksums?.denied ?? 0) > 0) weaker.push('not_all_permitted');
  if ((checksums?.read ?? 0) === 0) weaker.push('nothing_read');
  return weaker;
}

function hasRecord({ expectFiles, expectBytes }: Expectations): boolean {
  return expectFiles !== undefined || expectBytes !== undefined;
}

function hasEarlier({ baselineFiles, baselineBytes }: Expectations): boolean {
  return baselineFiles !== undefined || baselineBytes !== undefined;
}

function named(examples: readonly Unreadable[]): string {
  return examples.length === 0
    ? ''
    : `: ${examples.map(({ path, code }) => `${path === '' ? '.' : path} (${code})`).join(', ')}`;
}

function checkOf(name: string, isGood: boolean, detail: string): VerdictCheck {
  return isGood ? passed(name, name === 'entries' || name === 'contents' ? '' : detail) : failed(name, detail);
}

function passed(name: string, detail: string): VerdictCheck {
  return { name, outcome: 'passed', detail };
}

function impossible(name: string, detail: string): VerdictCheck {
  return { name, outcome: 'impossible', detail };
}

function failed(name: string, detail: string): VerdictCheck {
  return { name, outcome: 'failed', detail };
}
