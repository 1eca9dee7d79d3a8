/**
 * `npm run soak -- [--minutes 5] [--claims 200] [--seed S]`: 200 claims are backed up over and over while functions and the store are
 * killed at random; at the end the target must agree with the Operations, byte for byte. Exits 0 when it does.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { createDice } from '../simulation/dice.ts';
import { makeClaims, soakNamespace } from './claims.ts';
import { compareBytes, compareLedger, readLedger } from './ledger.ts';
import { type Product, startProduct } from './product.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    claims: { type: 'string' },
    seed: { type: 'string' },
    port: { type: 'string' },
  },
});
const minutes = Number(values.minutes ?? '5');
const seed = Number(values.seed ?? Date.now() % 0x3fff_ffff);
const dice = createDice(seed);
const counts = { asked: 0, answered: 0, storeKills: 0, functionKills: 0 };
/** Idempotency keys of requests that were answered: stored before the answer, so they must be found. */
const answered: string[] = [];

async function ask(product: Product, pvc: string): Promise<void> {
  counts.asked += 1;
  const key = `${seed}-${counts.asked}`;
  try {
    const body = JSON.stringify({ namespace: soakNamespace, pvc });
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const options = { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) };
    const answer = await fetch(`${product.frontDoorUrl}/v1/backup`, options);
    if (answer.status !== 202) return;
    counts.answered += 1;
    answered.push(key);
  } catch {
    // The function that should have answered was killed: the record counts, not the answer.
  }
}

async function rage(product: Product, claims: readonly string[], endAt: number): Promise<void> {
  while (performance.now() < endAt) {
    const chance = dice.below(100);
    if (chance < 4) {
      counts.storeKills += 1;
      await product.killStore();
    } else if (chance < 25) {
      if (product.killFunction((count) => dice.below(count))) counts.functionKills += 1;
    }
    const asked = Array.from({ length: 4 }, () => claims[dice.below(claims.length)] ?? '');
    await Promise.all(asked.map((claim) => ask(product, claim)));
    await pause(dice.below(1500));
  }
}

function lostRequests(all: readonly Operation[]): string[] {
  const identities = all.flatMap(({ spec, status }) => [spec.identity ?? '', ...(status?.joined ?? [])]);
  const keys = new Set(identities.map((identity) => identity.split(':').at(-1)));
  return answered.filter((key) => !keys.has(key)).map((key) => `request ${key} was answered and is not recorded`);
}

const listOperations = (product: Product): Promise<Operation[]> =>
  Array.fromAsync(listAll(product.client, operations, { namespace: soakNamespace }));

/** Waits for the regular sweep, without extra pings. */
async function waitForSettled(product: Product, deadlineMs: number): Promise<readonly Operation[]> {
  const endAt = performance.now() + deadlineMs;
  for (;;) {
    const all = await listOperations(product);
    if (all.every(({ status }) => status?.settled === true) || performance.now() > endAt) return all;
    await pause(2_000);
  }
}

async function main(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'soteria-soak-'));
  const product = await startProduct(dataDir, Number(values.port ?? '18080'));
  try {
    const claims = await makeClaims(product.client, dataDir, Number(values.claims ?? '200'));
    console.log(`${claims.length} claims; ${minutes} minutes of kills, seed ${seed}`);
    await rage(product, claims, performance.now() + minutes * 60_000);
    console.log(`quiet now: ${JSON.stringify(counts)}; waiting until everything has ended`);
    const ended = await waitForSettled(product, 15 * 60_000);
    const ledger = await readLedger(dataDir);
    const wrong = [...lostRequests(ended), ...compareLedger(ended, ledger), ...(await compareBytes(dataDir, ended))];
    for (const line of wrong) console.log(`  WRONG: ${line}`);
    const phases = Object.entries(Object.groupBy(ended, ({ status }) => status?.phase ?? 'not looked at'));
    console.log(`operations: ${phases.map(([phase, of]) => `${of?.length} ${phase}`).join(', ')}`);
    const failures = new Set(ended.flatMap(({ status }) => (status?.phase === 'Failed' ? [status.message] : [])));
    for (const failure of failures) console.log(`  failed, and said so: ${failure}`);
    console.log(
      `${ledger.length} backups on the target; ${wrong.length} disagreements; ${JSON.stringify(counts)}, seed ${seed}`,
    );
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await product.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

process.exitCode = await main();
