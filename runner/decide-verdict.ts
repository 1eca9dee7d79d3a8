/**
 * Decides the verdict from the findings. A check fails only when the restore point is at fault. When a request names a file that never existed, or
 * more files than there ever were, the check counts as not made. Pure.
 */
import type { Verdict, VerdictCheck, Weakness, strengths } from '@soteria/shared/verification/verdict.ts';
import type { ChecksumFacts } from './check-checksums.ts';
import type { SqliteFacts } from './check-sqlite.ts';
import type { VerifyOptions } from './options.ts';
import { failed, impossible, named, passed } from './check.ts';
import { checksumsCheck, isCompared } from './judge-checksums.ts';
import { type Inventory, isDenied } from './take-inventory.ts';

export interface UsedManifest {
  /** Relative to the claim's root. */
  readonly path: string;
  /** True: the request names the manifest. False: the claim keeps it itself. */
  readonly isRequested: boolean;
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
  /** How many databases were found; undefined when none were searched for. */
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
  | 'wasRead'
  | 'hadDatabases'
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
    ...(isCompared(facts) ? { manifest: facts.manifest?.path } : {}),
    sampled: checksums?.read ?? 0,
    ...(checksums === undefined ? {} : { sampleDigest: checksums.digest }),
    durationMs: facts.durationMs,
    checks,
  };
}

function checksOf(facts: Facts, wanted: Expectations): VerdictCheck[] {
  const { inventory, trouble } = facts;
  // Nothing could be opened, so every other check would only repeat that.
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
    ...atLeast('min_files', files, wanted.minFiles, wanted.expectFiles ?? wanted.baselineFiles),
    ...atLeast('min_bytes', bytes, wanted.minBytes, wanted.expectBytes ?? wanted.baselineBytes),
    ...checksumsCheck(facts, wanted.wasRead),
    ...databasesCheck(facts, wanted.hadDatabases),
    ...facts.sqlite.map(({ path, outcome, detail }) => ({ name: `sqlite ${path}`, outcome, detail })),
  ];
}

/** An empty claim has lost its data or was never written to. The checks against recorded or requested numbers refute it if data was lost. */
function contentsCheck({ files, folders, links, denied }: Inventory, wanted: Expectations): VerdictCheck {
  const mayBeEmpty =
    wanted.mayBeEmpty || wanted.maxDropPercent === 100 || wanted.expectFiles === 0 || wanted.baselineFiles === 0;
  if (mayBeEmpty || files + folders + links + denied > 0) return passed('contents', '');
  const detail = 'the claim is empty, which proves nothing: if it is meant to be, ask once with max_drop_percent 100';
  return impossible('contents', detail);
}

/** Folders that only their owner may open hide files: then a lower count than recorded proves nothing. */
function expected(name: string, found: number, wanted: number | undefined, denied: number): VerdictCheck[] {
  if (wanted === undefined) return [];
  const detail = `${found} found, ${wanted} are recorded of this restore point`;
  return found < wanted && denied > 0 ? [impossible(name, detail)] : [checkOf(name, found === wanted, detail)];
}

const tellingDropPercent = 50;

/** Data may be deleted on purpose: unless the caller sets a limit, a drop is reported and refutes nothing. */
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

/** A missing database refutes a point only when an earlier proof has found databases in it. */
function databasesCheck({ databases, sqlite, inventory }: Facts, hadSome: boolean): VerdictCheck[] {
  if (databases === undefined) return [];
  if (databases === 0) {
    const detail = `no SQLite database is among ${inventory.files} files`;
    if (inventory.denied > 0 || !hadSome) return [impossible('sqlite', detail)];
    return [failed('sqlite', `${detail}, and an earlier proof of this point has opened some`)];
  }
  return [passed('sqlite', `${sqlite.length} of ${databases} databases were looked into`)];
}

/** `known`: when this point, or an earlier one, was last proved. A minimum above that may be a mistake in the request. */
function atLeast(name: string, found: number, wanted: number, known: number | undefined): VerdictCheck[] {
  if (wanted === 0) return [];
  const detail = `${found} found, at least ${wanted} are wanted`;
  if (found >= wanted) return [passed(name, detail)];
  if (known === undefined || wanted <= known) return [failed(name, detail)];
  return [
    impossible(name, `${detail}, and the last proof has found ${known}: the request wants more than there ever was`),
  ];
}

function strengthOf(facts: Facts, wanted: Expectations): (typeof strengths)[number] {
  const { checksums, sqlite } = facts;
  if (sqlite.some(({ outcome }) => outcome === 'passed')) return 'application';
  if (checksums !== undefined && checksums.read > 0 && isCompared(facts)) return 'checksums';
  const isCounted = hasRecord(wanted) || hasEarlier(wanted) || wanted.minFiles > 0 || wanted.minBytes > 0;
  return isCounted ? 'counts' : 'mounts';
}

const levels: readonly (readonly [RegExp, (typeof strengths)[number]])[] = [
  [/^sqlite/, 'application'],
  [/^checksums$/, 'checksums'],
  [/^(files|bytes|min_|drop_)/, 'counts'],
];

/** The strongest check that has failed: only a check that goes as far can take the failure back. */
function strongestOf(failures: readonly VerdictCheck[]): (typeof strengths)[number] {
  return levels.find(([name]) => failures.some((one) => name.test(one.name)))?.[1] ?? 'mounts';
}

function weaknessesOf(facts: Facts, wanted: Expectations): Weakness[] {
  const { inventory, checksums, manifest, manifestTrouble } = facts;
  const weaker: Weakness[] = [];
  if (!isCompared(facts) && !hasRecord(wanted)) {
    weaker.push(hasEarlier(wanted) ? 'older_baseline' : 'no_baseline');
  }
  if (manifest?.isRequested === false) {
    const unread = (checksums?.malformed ?? 0) + (checksums?.links ?? 0);
    if (manifestTrouble !== undefined || unread > 0) weaker.push('record_unread');
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

function checkOf(name: string, isGood: boolean, detail: string): VerdictCheck {
  return isGood ? passed(name, name === 'entries' || name === 'contents' ? '' : detail) : failed(name, detail);
}
