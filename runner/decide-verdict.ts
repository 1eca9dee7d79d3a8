/** From what was found to the verdict. Pure. */
import type { Verdict, VerdictCheck, Weakness, strengths } from '@soteria/shared/verification/verdict.ts';
import type { ChecksumFacts } from './check-checksums.ts';
import type { SqliteFacts } from './check-sqlite.ts';
import type { VerifyOptions } from './options.ts';
import type { CommandFacts } from './run-command.ts';
import type { Inventory, Unreadable } from './take-inventory.ts';

export interface Facts {
  /** Why the claim's folder could not be opened at all: the system's code. */
  readonly trouble: string | undefined;
  readonly inventory: Inventory;
  readonly checksums: ChecksumFacts | undefined;
  /** The manifest itself could not be read: the system's code. */
  readonly manifestTrouble: string | undefined;
  readonly sqlite: readonly SqliteFacts[];
  readonly command: CommandFacts | undefined;
  readonly durationMs: number;
}

type Expectations = Pick<
  VerifyOptions,
  'expectFiles' | 'expectBytes' | 'minFiles' | 'minBytes' | 'manifest' | 'mayBeEmpty' | 'sample'
>;

export function decideVerdict(facts: Facts, wanted: Expectations): Verdict {
  const { inventory, checksums } = facts;
  const checks = checksOf(facts, wanted);
  const has = (outcome: VerdictCheck['outcome']) => checks.some((one) => one.outcome === outcome);
  return {
    version: 1,
    outcome: has('failed') ? 'refuted' : has('impossible') ? 'inconclusive' : 'verified',
    strength: strengthOf(facts, wanted),
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
    ...atLeast('min_files', files, wanted.minFiles),
    ...atLeast('min_bytes', bytes, wanted.minBytes),
    ...checksumsCheck(facts, wanted),
    ...facts.sqlite.map(({ path, outcome, detail }) => ({ name: `sqlite ${path}`, outcome, detail })),
    ...(facts.command === undefined ? [] : [{ name: 'command', ...facts.command }]),
  ];
}

/** Folders that only their owner may look into hide files: then fewer than recorded prove nothing. */
function expected(name: string, found: number, wanted: number | undefined, denied: number): VerdictCheck[] {
  if (wanted === undefined) return [];
  const detail = `${found} found, ${wanted} were recorded when the claim was backed up`;
  return found < wanted && denied > 0
    ? [{ name, outcome: 'impossible', detail }]
    : [checkOf(name, found === wanted, detail)];
}

function atLeast(name: string, found: number, wanted: number): VerdictCheck[] {
  return wanted === 0 ? [] : [checkOf(name, found >= wanted, `${found} found, at least ${wanted} are wanted`)];
}

function checksumsCheck({ checksums, manifestTrouble }: Facts, { manifest, sample }: Expectations): VerdictCheck[] {
  if (manifestTrouble !== undefined) {
    return [failed('checksums', `the manifest ${manifest ?? ''} cannot be read: ${manifestTrouble}`)];
  }
  if (checksums === undefined) return [];
  const { read, bad, badExamples, denied } = checksums;
  if (bad > 0)
    return [failed('checksums', `${bad} of ${read + bad + denied} files are not as they were${named(badExamples)}`)];
  if (read === 0 && denied > 0) return [{ name: 'checksums', outcome: 'impossible', detail: 'no file may be read' }];
  if (read === 0 && manifest !== undefined) return [failed('checksums', `the manifest ${manifest} names no file`)];
  const against = manifest === undefined ? 'could be read' : `are as ${manifest} says`;
  return [
    passed('checksums', sample === 0 ? `all ${read} files ${against}` : `${read} files, chosen by seed, ${against}`),
  ];
}

function strengthOf({ checksums, sqlite, command }: Facts, wanted: Expectations): (typeof strengths)[number] {
  if (command?.outcome === 'passed' || sqlite.some(({ outcome }) => outcome === 'passed')) return 'application';
  if (checksums !== undefined && checksums.read > 0 && wanted.manifest !== undefined) return 'checksums';
  return hasBaseline(wanted) || wanted.minFiles > 0 || wanted.minBytes > 0 ? 'counts' : 'mounts';
}

function weaknessesOf({ inventory, checksums }: Facts, wanted: Expectations): Weakness[] {
  const weaker: Weakness[] = [];
  if (!hasBaseline(wanted)) weaker.push('no_baseline');
  if (inventory.denied + (checksums?.denied ?? 0) > 0) weaker.push('not_all_permitted');
  if ((checksums?.read ?? 0) === 0) weaker.push('nothing_read');
  return weaker;
}

function hasBaseline({ expectFiles, expectBytes, manifest }: Expectations): boolean {
  return expectFiles !== undefined || expectBytes !== undefined || manifest !== undefined;
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
