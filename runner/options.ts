/** The command line of the runner. A path may be given by the name of a mount: `--mount claim=/claim`. */
import { isAbsolute, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Scratch } from './check-sqlite.ts';

export interface VerifyOptions {
  readonly task: 'verify';
  /** Absolute path of the claim's folder. */
  readonly root: string;
  readonly expectFiles: number | undefined;
  readonly expectBytes: number | undefined;
  /** The counts of an earlier test of the claim: a far smaller claim is reported. */
  readonly baselineFiles: number | undefined;
  readonly baselineBytes: number | undefined;
  /** By how many percent the claim may have shrunk since; left out: a loss of more than half is reported, and refutes nothing. */
  readonly maxDropPercent: number | undefined;
  readonly minFiles: number;
  readonly minBytes: number;
  /** How many files are read whole. */
  readonly sample: number;
  readonly seed: string;
  /** A file below the root with lines as `sha256sum` writes them. */
  readonly manifest: string | undefined;
  /** Below the root. */
  readonly sqlite: readonly string[];
  /** Searches the claim for databases, whatever their names. */
  readonly findSqlite: boolean;
  /** Files that a proof of this very point has read before, below the root: if such a file is missing, the point has lost it. */
  readonly wasRead: readonly string[];
  /** A proof of this very point has found databases by searching. */
  readonly hadDatabases: boolean;
  readonly mayBeEmpty: boolean;
  /** Absolute, writable; copies of databases go there. */
  readonly scratch: Scratch | undefined;
}

/** Counts a claim and records every file's checksum, for a later restore test to compare with. */
export interface RecordOptions {
  readonly task: 'record';
  readonly root: string;
  /** A file outside the claim; left out, only the counts are reported. */
  readonly manifestOut: string | undefined;
}

/** Writes bytes that follow from the seed, or compares with them. */
export interface KnownOptions {
  readonly task: 'write' | 'compare';
  readonly root: string;
  readonly seed: string;
  /** The size of all files together. */
  readonly bytes: number;
}

const optionTypes = {
  bytes: { type: 'string' },
  mount: { type: 'string', multiple: true },
  'expect-files': { type: 'string' },
  'expect-bytes': { type: 'string' },
  'baseline-files': { type: 'string' },
  'baseline-bytes': { type: 'string' },
  'max-drop': { type: 'string' },
  'min-files': { type: 'string' },
  'min-bytes': { type: 'string' },
  sample: { type: 'string' },
  seed: { type: 'string' },
  manifest: { type: 'string' },
  'manifest-out': { type: 'string' },
  sqlite: { type: 'string', multiple: true },
  'find-sqlite': { type: 'boolean' },
  'was-read': { type: 'string', multiple: true },
  'had-databases': { type: 'boolean' },
  'may-be-empty': { type: 'boolean' },
  scratch: { type: 'string' },
  'scratch-bytes': { type: 'string' },
} as const;

const mostSampled = 10_000;
/** A larger sample says nothing more about a volume. */
const mostKnownBytes = 1024 ** 3;

/** Throws `invalid_request`. */
export function readOptions(argv: readonly string[]): VerifyOptions | RecordOptions | KnownOptions {
  const { values, positionals } = parseStrictly(argv);
  const [task] = positionals;
  const root = pathOf(
    values.mount?.find((text) => text.startsWith('claim=')),
    '--mount claim=PATH',
  );
  if (task === 'record') {
    const out = values['manifest-out'];
    return { task, root, manifestOut: out === undefined ? undefined : pathOf(out, '--manifest-out') };
  }
  if (positionals.length !== 1) throw wrong(`"${positionals.join(' ')}" is not one task`);
  if (task === 'write' || task === 'compare') return { task, root, ...knownOf(values.seed, values.bytes) };
  if (task !== 'verify') throw wrong(`"${task}" is none of verify, record, write and compare`);
  const { scratch } = values;
  return {
    task,
    root,
    expectFiles: countOf(values['expect-files'], '--expect-files'),
    expectBytes: countOf(values['expect-bytes'], '--expect-bytes'),
    baselineFiles: countOf(values['baseline-files'], '--baseline-files'),
    baselineBytes: countOf(values['baseline-bytes'], '--baseline-bytes'),
    maxDropPercent: countOf(values['max-drop'], '--max-drop'),
    minFiles: countOf(values['min-files'], '--min-files') ?? 0,
    minBytes: countOf(values['min-bytes'], '--min-bytes') ?? 0,
    sample: Math.min(mostSampled, countOf(values.sample, '--sample') ?? 0),
    seed: values.seed ?? '',
    manifest: values.manifest === undefined ? undefined : below(values.manifest, '--manifest'),
    sqlite: (values.sqlite ?? []).map((path) => below(path, '--sqlite')),
    findSqlite: values['find-sqlite'] === true,
    wasRead: values['was-read'] ?? [],
    hadDatabases: values['had-databases'] === true,
    mayBeEmpty: values['may-be-empty'] === true,
    scratch:
      scratch === undefined
        ? undefined
        : {
            folder: pathOf(scratch, '--scratch'),
            sizeBytes: countOf(values['scratch-bytes'], '--scratch-bytes') ?? Number.MAX_SAFE_INTEGER,
          },
  };
}

function parseStrictly(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: optionTypes, allowPositionals: true });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : 'an option is not known', error);
  }
}

function knownOf(seed: string | undefined, bytes: string | undefined): Pick<KnownOptions, 'seed' | 'bytes'> {
  const count = countOf(bytes, '--bytes');
  if (seed === undefined || seed === '') throw wrong('--seed must be given: the bytes follow from it');
  if (count === undefined || count < 1 || count > mostKnownBytes) {
    throw wrong(`--bytes must be from 1 to ${mostKnownBytes}`);
  }
  return { seed, bytes: count };
}

/** `NAME=PATH` or `PATH`. */
function pathOf(text: string | undefined, option: string): string {
  const path = text?.slice(text.indexOf('=') + 1) ?? '';
  if (!isAbsolute(path)) throw wrong(`${option} must be given, with an absolute path`);
  return normalize(path);
}

function below(path: string, option: string): string {
  const leaves = path.split('/').some((name) => name === '..' || name === '');
  if (leaves) throw wrong(`${option} ${path} is no path below the claim's root`);
  return path;
}

function countOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw wrong(`${option} ${text} is no whole number`);
  return count;
}

function wrong(why: string, cause?: unknown): SoteriaError {
  const fix =
    'runner verify --mount claim=/claim [--expect-files N] [--sample N] …, runner record --mount claim=/claim, or ' +
    'runner write|compare --mount claim=/claim --seed TEXT --bytes N';
  return new SoteriaError('invalid_request', { what: 'the runner cannot start', why, fix }, { cause });
}
