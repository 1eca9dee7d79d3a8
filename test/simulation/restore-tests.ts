/**
 * The function `restore` is not among the processes. What it does to the cluster at the end of a restore test is done here: the verdict is
 * kept, and the Operation ends. And what a witness asks of the verdicts.
 */
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { isTerminal, type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { Verdict } from './evidence.ts';
import type { TargetRecord } from './longhorn/target.ts';
import { targetName } from './longhorn/parts.ts';
import { claimNames, shop, volumeOfClaim } from './seed-cluster.ts';
import { operationsIn } from './read-ending.ts';
import type { World } from './world.ts';

export type Outcome = 'verified' | 'refuted';

const pointId = ({ name }: TargetRecord): string => `longhorn:${targetName}/${name}`;
const isOwnAndWhole = ({ createdAt, labels }: TargetRecord): boolean =>
  createdAt !== '' && labels[catalogueKeys.operationUid] !== undefined;

/** Oldest first. */
function pointsOf({ longhorn }: Pick<World, 'longhorn'>, claim: string): TargetRecord[] {
  return longhorn.target
    .list()
    .filter((record) => record.volume === volumeOfClaim(claim) && isOwnAndWhole(record))
    .toSorted((a, b) => a.snapshotCreatedAt.localeCompare(b.snapshotCreatedAt));
}

async function judge(world: World, claim: string, record: TargetRecord, outcome: Outcome): Promise<void> {
  const { cluster, evidence, now } = world;
  const at = now().toISOString();
  evidence.verdicts.push({ claim, name: record.name, outcome, at: now().getTime() });
  await createVerifiedPoints(cluster.client, 'soteria').keep({
    namespace: shop,
    pvc: claim,
    point: pointId(record),
    outcome,
    at,
    dataAsOf: record.snapshotCreatedAt,
    strength: 'checksums',
    ...(outcome === 'refuted' ? { why: 'a file is not what the manifest says' } : {}),
  });
}

/** A person's restore test of any point. */
export async function prove(world: World, nth: number, outcome: Outcome): Promise<void> {
  const all = claimNames.flatMap((claim) => pointsOf(world, claim).map((record) => ({ claim, record })));
  const one = all[nth % Math.max(1, all.length)];
  if (one !== undefined) await judge(world, one.claim, one.record, outcome);
}

function end({ cluster, now }: World, operation: Operation, outcome: Outcome | undefined): void {
  const { name, namespace } = operation.metadata;
  const { group, version, plural } = operations;
  const phase = outcome === 'verified' ? 'Succeeded' : 'Failed';
  const error = {
    code: 'verification_failed',
    what: `the restore test of claim ${operation.spec.request.pvc ?? ''} gave no proof`,
    why: outcome === 'refuted' ? 'a file is not what the manifest says' : 'it was cancelled, or the claim has no point',
    fix: 'look at the point, and test another one',
  };
  const status = { ...statusOf(operation), phase, finishedAt: now().toISOString(), settled: true };
  cluster.api.patch(
    { group, version, plural, namespace, name },
    (current) => ({ ...current, status: phase === 'Failed' ? { ...status, error } : status }),
    { subresource: 'status' },
  );
}

/** Every open restore test ends: three of four prove their point. */
export async function runTests(world: World): Promise<void> {
  const open = operationsIn(world).filter(
    ({ spec, status }) => spec.kind === 'RestoreTest' && !isTerminal(status?.phase),
  );
  for (const operation of open) {
    const { pvc = '', snapshot } = operation.spec.request;
    const points = pointsOf(world, pvc);
    const record = snapshot === undefined ? points.at(-1) : points.find((one) => pointId(one) === snapshot);
    const isTested = operation.spec.cancelRequested !== true && record !== undefined;
    const outcome = !isTested ? undefined : world.dice.isHit(25) ? 'refuted' : 'verified';
    if (outcome !== undefined && record !== undefined) await judge(world, pvc, record, outcome);
    end(world, operation, outcome);
  }
}

/** The record of a claim keeps so many proved points: those that were proved last. */
const keptProofs = 2;

/** Names, by what was said of each point last. */
export function provedNow(verdicts: readonly Verdict[], claim: string): string[] {
  const last = new Map<string, Outcome>();
  for (const { claim: of, name, outcome } of verdicts) {
    if (of !== claim) continue;
    last.delete(name);
    last.set(name, outcome);
  }
  return [...last].flatMap(([name, outcome]) => (outcome === 'verified' ? [name] : [])).slice(-keptProofs);
}
