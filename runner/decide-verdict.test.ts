import { describe, expect, test } from 'vitest';
import type { ChecksumFacts } from './check-checksums.ts';
import { type Facts, decideVerdict } from './decide-verdict.ts';
import type { Inventory } from './take-inventory.ts';

const inventory: Inventory = {
  files: 3,
  folders: 1,
  links: 0,
  specials: 0,
  bytes: 17,
  denied: 0,
  broken: 0,
  brokenExamples: [],
  sample: [],
};
const facts: Facts = {
  trouble: undefined,
  inventory,
  checksums: undefined,
  manifestTrouble: undefined,
  sqlite: [],
  databases: undefined,
  manifest: undefined,
  durationMs: 5,
};
const checksums: ChecksumFacts = {
  read: 3,
  denied: 0,
  bad: 0,
  missing: 0,
  links: 0,
  changed: 0,
  malformed: 0,
  badExamples: [],
  digest: 'abc',
};
const wanted = {
  expectFiles: undefined,
  expectBytes: undefined,
  baselineFiles: undefined,
  baselineBytes: undefined,
  maxDropPercent: undefined,
  minFiles: 0,
  minBytes: 0,
  wasRead: [],
  hadDatabases: false,
  mayBeEmpty: false,
};
const sums = { path: 'SUMS', isRequested: true };
const own = { path: '.soteria/SHA256SUMS', isRequested: false };
const empty = { ...inventory, files: 0, folders: 0, bytes: 0 };

interface Row {
  readonly when: string;
  readonly facts?: Partial<Facts>;
  readonly wanted?: Partial<Parameters<typeof decideVerdict>[1]>;
  readonly outcome: string;
  /** The reason of the first check that has not passed. */
  readonly because?: RegExp;
}

const rows: readonly Row[] = [
  { when: 'all can be read', outcome: 'verified' },
  { when: 'the folder is not there', facts: { trouble: 'ENOENT' }, outcome: 'refuted', because: /^mount: .*ENOENT/ },
  {
    when: 'an entry is damaged',
    facts: { inventory: { ...inventory, broken: 1, brokenExamples: [{ path: 'a/b', code: 'EIO' }] } },
    outcome: 'refuted',
    because: /^entries: 1 .*a\/b \(EIO\)/,
  },
  {
    when: 'only its owner may open the folder',
    facts: { trouble: 'EACCES' },
    outcome: 'inconclusive',
    because: /^mount: .*EACCES/,
  },
  {
    when: 'it is empty and nobody knows whether it was',
    facts: { inventory: empty },
    outcome: 'inconclusive',
    because: /^contents: .*max_drop_percent 100/,
  },
  {
    when: 'it is empty and files were recorded of it',
    facts: { inventory: empty },
    wanted: { expectFiles: 3 },
    outcome: 'refuted',
  },
  {
    when: 'it is empty and a file is wanted',
    facts: { inventory: empty },
    wanted: { minFiles: 1 },
    outcome: 'refuted',
  },
  {
    when: 'it is empty and may have shrunk by half of what it was',
    facts: { inventory: empty },
    wanted: { baselineFiles: 3, maxDropPercent: 50 },
    outcome: 'refuted',
  },
  {
    when: 'it is empty and may have shrunk to nothing',
    facts: { inventory: empty },
    wanted: { baselineFiles: 3, maxDropPercent: 100 },
    outcome: 'verified',
  },
  {
    when: 'it is empty as it was before',
    facts: { inventory: empty },
    wanted: { baselineFiles: 0, baselineBytes: 0 },
    outcome: 'verified',
  },
  { when: 'it is empty as expected', facts: { inventory: empty }, wanted: { mayBeEmpty: true }, outcome: 'verified' },
  { when: 'it holds links only', facts: { inventory: { ...empty, links: 1 } }, outcome: 'verified' },
  { when: 'it holds what was recorded', wanted: { expectFiles: 3, expectBytes: 17 }, outcome: 'verified' },
  { when: 'a file is missing', wanted: { expectFiles: 4 }, outcome: 'refuted', because: /^files: 3 found, 4 are/ },
  { when: 'a file is too much', wanted: { expectFiles: 2 }, outcome: 'refuted', because: /^files/ },
  { when: 'a byte is missing', wanted: { expectBytes: 18 }, outcome: 'refuted', because: /^bytes/ },
  {
    when: 'a file is missing and a folder could not be looked into',
    facts: { inventory: { ...inventory, denied: 1 } },
    wanted: { expectFiles: 4 },
    outcome: 'inconclusive',
    because: /^files/,
  },
  {
    when: 'a file is too much and a folder could not be looked into',
    facts: { inventory: { ...inventory, denied: 1 } },
    wanted: { expectFiles: 2 },
    outcome: 'refuted',
    because: /^files/,
  },
  { when: 'there are as many as wanted', wanted: { minFiles: 3, minBytes: 17 }, outcome: 'verified' },
  { when: 'there are fewer files than wanted', wanted: { minFiles: 4 }, outcome: 'refuted', because: /^min_files/ },
  {
    when: 'more files are wanted than the point held when it was proved',
    wanted: { minFiles: 4, expectFiles: 3 },
    outcome: 'inconclusive',
    because: /^min_files: 3 found, .*the last proof has found 3/,
  },
  {
    when: 'more bytes are wanted than an earlier point held when it was proved',
    wanted: { minBytes: 1_000, baselineBytes: 17 },
    outcome: 'inconclusive',
    because: /^min_bytes/,
  },
  {
    when: 'there are fewer files than wanted, and an earlier point held as many',
    wanted: { minFiles: 5, baselineFiles: 5 },
    outcome: 'refuted',
    because: /^min_files/,
  },
  { when: 'there are fewer bytes than wanted', wanted: { minBytes: 18 }, outcome: 'refuted', because: /^min_bytes/ },
  { when: 'the sample can be read', facts: { checksums }, outcome: 'verified' },
  {
    when: 'a file has other bytes',
    facts: { manifest: sums, checksums: { ...checksums, bad: 1, badExamples: [{ path: 'x', code: 'EDIFFERS' }] } },
    outcome: 'refuted',
    because: /^checksums: 1 of 4 .*x \(EDIFFERS\)/,
  },
  {
    when: 'no file of the sample may be read',
    facts: { checksums: { ...checksums, read: 0, denied: 3 } },
    outcome: 'inconclusive',
    because: /^checksums/,
  },
  {
    when: 'the manifest is missing',
    facts: { manifest: sums, manifestTrouble: 'ENOENT' },
    outcome: 'inconclusive',
    because: /^checksums: the manifest SUMS is not in the claim .*the request may name it wrongly/,
  },
  {
    when: 'the manifest is missing and an earlier proof of the point has read it',
    facts: { manifest: sums, manifestTrouble: 'ENOENT' },
    wanted: { wasRead: ['SUMS'] },
    outcome: 'refuted',
    because: /^checksums: the manifest SUMS is not in the claim .*an earlier proof of this point has read it/,
  },
  {
    when: 'its own record is asked for and missing',
    facts: { manifest: { ...own, isRequested: true }, manifestTrouble: 'ENOENT' },
    outcome: 'refuted',
    because: /^checksums: the manifest \.soteria\/SHA256SUMS is not in the claim/,
  },
  {
    when: 'its own record is missing and an earlier proof of the point has read it',
    facts: { manifest: own, manifestTrouble: 'ENOENT' },
    wanted: { wasRead: [own.path] },
    outcome: 'refuted',
  },
  ...(['ENOTFILE', 'ELOOP', 'ENXIO', 'EFBIG', 'ETIMEDOUT'] as const).flatMap((manifestTrouble) => [
    {
      when: `the manifest is no file that can be read: ${manifestTrouble}`,
      facts: { manifest: sums, manifestTrouble },
      outcome: 'inconclusive',
      because: /^checksums: the manifest SUMS/,
    },
    {
      when: `its own record is no file that can be read: ${manifestTrouble}`,
      facts: { manifest: own, manifestTrouble },
      outcome: 'inconclusive',
      because: /^checksums: the manifest \.soteria\/SHA256SUMS/,
    },
  ]),
  {
    when: 'the manifest is a link and was a file when an earlier proof of the point read it',
    facts: { manifest: sums, manifestTrouble: 'ELOOP' },
    wanted: { wasRead: ['SUMS'] },
    outcome: 'refuted',
  },
  {
    when: 'nothing that the manifest names is there',
    facts: { manifest: sums, checksums: { ...checksums, read: 0, bad: 3, missing: 3 } },
    outcome: 'inconclusive',
    because: /^checksums: none of the 3 files .* relative to the root/,
  },
  {
    when: 'nothing that the manifest names is there and an earlier proof of the point has read it',
    facts: { manifest: sums, checksums: { ...checksums, read: 0, bad: 3, missing: 3 } },
    wanted: { wasRead: ['SUMS'] },
    outcome: 'refuted',
  },
  {
    when: 'the manifest names links',
    facts: { manifest: sums, checksums: { ...checksums, links: 2 } },
    outcome: 'inconclusive',
    because: /^checksums: 2 names in the manifest SUMS are links/,
  },
  {
    when: 'its own record names links',
    facts: { manifest: own, checksums: { ...checksums, links: 2 } },
    outcome: 'verified',
  },
  ...(['EACCES', 'EPERM'] as const).flatMap((manifestTrouble) => [
    {
      when: `the manifest is for others: ${manifestTrouble}`,
      facts: { manifest: sums, manifestTrouble },
      outcome: 'inconclusive',
      because: /^checksums: the manifest SUMS/,
    },
    {
      when: `its own record is for others: ${manifestTrouble}`,
      facts: { manifest: own, manifestTrouble },
      outcome: 'verified',
    },
  ]),
  {
    when: 'its own record cannot be read for damage',
    facts: { manifest: own, manifestTrouble: 'EIO' },
    outcome: 'refuted',
    because: /^checksums: .*EIO/,
  },
  {
    when: 'lines of the manifest cannot be read',
    facts: { manifest: sums, checksums: { ...checksums, malformed: 2 } },
    outcome: 'inconclusive',
    because: /^checksums: 2 lines of the manifest SUMS/,
  },
  {
    when: 'no line of the manifest can be read',
    facts: { manifest: sums, checksums: { ...checksums, read: 0, malformed: 1 } },
    outcome: 'inconclusive',
    because: /^checksums: 1 lines/,
  },
  {
    when: 'lines of the manifest cannot be read and a file has other bytes',
    facts: { manifest: sums, checksums: { ...checksums, malformed: 2, bad: 1 } },
    outcome: 'refuted',
  },
  {
    when: 'lines of its own record cannot be read',
    facts: { manifest: own, checksums: { ...checksums, malformed: 2 } },
    outcome: 'verified',
  },
  {
    when: 'a file that the manifest names may not be read',
    facts: { manifest: sums, checksums: { ...checksums, denied: 1 } },
    outcome: 'inconclusive',
    because: /^checksums: 1 files that the manifest SUMS names/,
  },
  {
    when: 'the manifest names nothing',
    facts: { manifest: sums, checksums: { ...checksums, read: 0 } },
    outcome: 'inconclusive',
    because: /names no file/,
  },
  {
    when: 'all of what its own record names has changed since',
    facts: { manifest: own, checksums: { ...checksums, read: 0, changed: 3 } },
    outcome: 'verified',
  },
  {
    when: 'it is far smaller than an earlier point was',
    wanted: { baselineFiles: 10_000 },
    outcome: 'inconclusive',
    because: /^drop_of_files: 3 files, 10000 when an earlier point .*: more than 50 % less/,
  },
  {
    when: 'it is smaller than the caller allows',
    wanted: { baselineBytes: 20, maxDropPercent: 10 },
    outcome: 'refuted',
    because: /^drop_of_bytes: 17 bytes, 20 when/,
  },
  {
    when: 'it has shrunk as far as the caller allows',
    wanted: { baselineFiles: 4, baselineBytes: 1_000_000, maxDropPercent: 100 },
    outcome: 'verified',
  },
  { when: 'it has shrunk by half', wanted: { baselineFiles: 6, baselineBytes: 34 }, outcome: 'verified' },
  { when: 'it has grown', wanted: { baselineFiles: 1, baselineBytes: 1, maxDropPercent: 0 }, outcome: 'verified' },
  {
    when: 'databases are looked for and none is there',
    facts: { databases: 0 },
    outcome: 'inconclusive',
    because: /^sqlite: no SQLite database is among 3 files/,
  },
  {
    when: 'databases are looked for, none is there and an earlier proof of the point has opened some',
    facts: { databases: 0 },
    wanted: { hadDatabases: true },
    outcome: 'refuted',
    because: /^sqlite: no SQLite database is among 3 files, and an earlier proof/,
  },
  {
    when: 'databases are looked for, none is there and not all files may be read',
    facts: { databases: 0, inventory: { ...inventory, denied: 1 } },
    outcome: 'inconclusive',
    because: /^sqlite/,
  },
  {
    when: 'a database is damaged',
    facts: { sqlite: [{ path: 'a.db', outcome: 'failed', detail: 'malformed' }] },
    outcome: 'refuted',
    because: /^sqlite a\.db: malformed/,
  },
  {
    when: 'a database could not be looked at',
    facts: { sqlite: [{ path: 'a.db', outcome: 'impossible', detail: 'no scratch' }] },
    outcome: 'inconclusive',
    because: /^sqlite/,
  },
  {
    when: 'one check has failed and another could not be made',
    facts: { sqlite: [{ path: 'a.db', outcome: 'impossible', detail: 'no scratch' }] },
    wanted: { expectFiles: 9 },
    outcome: 'refuted',
  },
];

describe('the verdict', () => {
  test.each(rows)('is $outcome when $when', (row) => {
    const told = decideVerdict({ ...facts, ...row.facts }, { ...wanted, ...row.wanted });
    const bad = told.checks.find((check) => check.outcome !== 'passed');
    expect(told.outcome).toBe(row.outcome);
    if (row.because !== undefined) expect(`${bad?.name}: ${bad?.detail}`).toMatch(row.because);
    else if (row.outcome === 'verified') expect(bad).toBeUndefined();
  });

  test.each([
    {
      what: 'nothing but the mount',
      facts: {},
      wanted: {},
      strength: 'mounts',
      weaker: ['no_baseline', 'nothing_read'],
    },
    {
      what: 'a sample without a baseline',
      facts: { checksums },
      wanted: {},
      strength: 'mounts',
      weaker: ['no_baseline'],
    },
    {
      what: 'a least number',
      facts: {},
      wanted: { minFiles: 1 },
      strength: 'counts',
      weaker: ['no_baseline', 'nothing_read'],
    },
    {
      what: 'the recorded counts',
      facts: {},
      wanted: { expectFiles: 3 },
      strength: 'counts',
      weaker: ['nothing_read'],
    },
    {
      what: 'what an earlier point held',
      facts: { checksums },
      wanted: { baselineFiles: 3 },
      strength: 'counts',
      weaker: ['older_baseline'],
    },
    { what: 'a manifest', facts: { checksums, manifest: sums }, wanted: {}, strength: 'checksums', weaker: [] },
    { what: 'its own record', facts: { checksums, manifest: own }, wanted: {}, strength: 'checksums', weaker: [] },
    {
      what: 'its own record, which is older than some files',
      facts: { checksums: { ...checksums, changed: 1 }, manifest: own },
      wanted: {},
      strength: 'checksums',
      weaker: ['partly_recorded'],
    },
    {
      what: 'its own record, a line of which cannot be read',
      facts: { checksums: { ...checksums, malformed: 1 }, manifest: own },
      wanted: {},
      strength: 'checksums',
      weaker: ['record_unread'],
    },
    {
      what: 'a sample, where its own record is for others',
      facts: { checksums, manifest: own, manifestTrouble: 'EACCES' },
      wanted: {},
      strength: 'mounts',
      weaker: ['no_baseline', 'record_unread'],
    },
    {
      what: 'files of others',
      facts: { checksums: { ...checksums, denied: 1 }, manifest: sums },
      wanted: {},
      strength: 'checksums',
      weaker: ['not_all_permitted'],
    },
    {
      what: 'an opened database',
      facts: { sqlite: [{ path: 'a', outcome: 'passed' as const, detail: 'ok' }] },
      wanted: { expectFiles: 3 },
      strength: 'application',
      weaker: ['nothing_read'],
    },
    {
      what: 'a missing file that was refuted',
      facts: { checksums, manifest: sums },
      wanted: { minFiles: 9 },
      strength: 'counts',
      weaker: [],
    },
    {
      what: 'a damaged database that was refuted',
      facts: { sqlite: [{ path: 'a', outcome: 'failed' as const, detail: 'malformed' }] },
      wanted: { minFiles: 9, expectFiles: 3 },
      strength: 'application',
      weaker: ['nothing_read'],
    },
  ])('of $what is as strong as that: $strength', (row) => {
    const told = decideVerdict({ ...facts, ...row.facts }, { ...wanted, ...row.wanted });
    expect({ strength: told.strength, weaker: told.weaker }).toEqual({ strength: row.strength, weaker: row.weaker });
  });
});
