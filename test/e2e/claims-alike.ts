/** Claims with very similar names, all backed up in the same second: as many backups as claims. */
import { snapshots } from '@soteria/shared/longhorn/resource-types.ts';
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { expect } from 'vitest';
import { type Claim, isAbout, type LocalBed } from './local-bed.ts';
import { backupRequested, contentModes, post } from './send-event.ts';

/** The longest possible names of claims; two of them differ in the middle only. */
const longest = (middle: string): string => `${'a'.repeat(120)}${middle.padEnd(13, '0')}${'z'.repeat(120)}`;

const claims: readonly Claim[] = [
  { namespace: 'a', name: 'data' },
  { namespace: 'b', name: 'data' },
  { namespace: 'a-b', name: 'c' },
  { namespace: 'a', name: 'b-c' },
  { namespace: 'a', name: 'x.y' },
  { namespace: 'a', name: 'x-y' },
  { namespace: 'a', name: longest('one') },
  { namespace: 'a', name: longest('two') },
  { namespace: 'b', name: longest('one') },
];

const longestName = 63;

export async function backUpAllAtOnce(bed: LocalBed): Promise<void> {
  await bed.makeClaims(claims);
  // Each claim has different bytes, so that a mix-up is noticed.
  for (const claim of claims) await bed.writeInto(claim, 'whose.txt', `${claim.namespace}/${claim.name}`);

  const time = new Date();
  const statuses = await Promise.all(
    claims.map(({ namespace, name: pvc }) =>
      post(bed.local.brokerUrl, contentModes.binary({ type: backupRequested, time, data: { namespace, pvc } })),
    ),
  );
  expect(statuses).toEqual(claims.map(() => 202));

  const ended = await Promise.all(
    claims.map((claim) => bed.waitForEnd(`the backup of ${claim.namespace}/${claim.name}`, isAbout(claim), 60_000)),
  );
  expect(ended.map(({ status }) => status?.phase)).toEqual(claims.map(() => 'Succeeded'));
  const backups = ended.map(({ status }) => status?.result?.backup ?? '');
  const { client } = bed.local.cluster;
  const taken = await Array.fromAsync(listAll(client, snapshots, { namespace: 'longhorn-system' }));
  const made = new Set(backups);
  expect(made.size).toBe(claims.length);
  expect(taken.map(({ metadata }) => metadata.name).filter((name) => made.has(name))).toHaveLength(claims.length);
  const names = [...ended.map(({ metadata }) => metadata.name), ...backups];
  expect(names.filter((name) => name.length > longestName)).toEqual([]);
  expect(names.filter((name) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))).toEqual([]);

  for (const [index, claim] of claims.entries()) {
    const [own, ...others] = await bed.listRestorable(claim);
    expect(own?.name).toBe(backups[index]);
    expect(others).toEqual([]);
    const operation = ended[index];
    if (operation !== undefined) expect(await bed.compareWithClaim(operation)).toEqual([]);
  }
}
