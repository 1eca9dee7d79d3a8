/** From what was found to the verdict. Pure. */
import type { Verdict, VerdictCheck, Weakness, strengths } from '@soteria/shared/verification/verdict.ts';
import type { ChecksumFacts } from './check-checksums.ts';
import type { SqliteFacts } from './check-sqlite.ts';
import type { VerifyOptions } from './options.ts';
import type { Inventory, Unreadable } from './take-inventory.ts';

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
  if (trouble !== undefined) return [failed('mount', `the claim's folder cannot be read: ${trouble}`)];
  const { files, folders, links, bytes } = inventory;
  return [
    passed('mount', 'the file system is mounted and readable'),
    checkOf(
      'entries',
      inventory.broken === 0,
      `${inventory.broken} entries are damaged${named(inventory.brokenExamples)}`,
    ),
    checkOf('contents', wanted.mayBeEmpty || files + folders + links + inventory.denied > 0, 'the claim is empty'),
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

/** Folders that only their owner may look into hide files: then fewer than recorded prove nothing. */
function expected(name: string, found: number, wanted: number | undefined, denied: number): VerdictCheck[] {
  if (wanted === undefined) return [];
  const detail = `${found} found, ${wanted} are recorded of this restore point`;
  return found < wanted && denied > 0
    ? [{ name, outcome: 'impossible', detail }]
    : [checkOf(name, found === wanted, detail)];
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
  if (manifestTrouble !== undefined) {
    return [failed('checksums', `the manifest ${manifest?.path ?? ''} cannot be read: ${manifestTrouble}`)];
  }
  if (checksums === undefined) return [];
  const { read, bad, badExamples, denied, changed } = checksums;
  if (bad > 0)
    return [failed('checksums', `${bad} of ${read + bad + denied} files are not as they were${named(badExamples)}`)];
  if (read === 0 && denied > 0) return [{ name: 'checksums', outcome: 'impossible', detail: 'no file may be read' }];
  if (read === 0 && manifest?.isOwn === false) {
    return [failed('checksums', `the manifest ${manifest.path} names no file`)];
  }
  const against = manifest === undefined ? 'could be read' : `are as ${manifest.path} says`;
  const younger = changed === 0 ? '' : `; ${changed} have changed since it was written`;
  return [passed('checksums', `${read} files ${against}${younger}`)];
}

function strengthOf({ checksums, sqlite, manifest }: Facts, wanted: Expectations): (typeof strengths)[number] {
  if (sqlite.some(({ outcome }) => outcome === 'passed')) return 'application';
  if (checksums !== undefined && checksums.read > 0 && manifest !== undefined) return 'checksums';
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

function weaknessesOf({ inventory, checksums, manifest }: Facts, wanted: Expectations): Weakness[] {
  const weaker: Weakness[] = [];
  if (manifest === undefined && !hasRecord(wanted)) {
    weaker.push(hasEarlier(wanted) ? 'older_baseline' : 'no_baseline');
  }
  if (manifest?.isOwn === true && (checksums?.changed !== 0 || checksums.read === 0)) weaker.push('partly_recorded');
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

function failed(name: string, detail: string): VerdictCheck {
  return { name, outcome: 'failed', detail };
}
