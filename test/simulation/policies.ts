/** What people do about policies: they put, change and delete them, and hold points. And what a witness asks of the ticks. */
import { holdsName } from '@soteria/policy-tick/prune/holds.ts';
import { policySecretName } from '@soteria/policy-tick/policy/stored-policies.ts';
import { policyMemoryName } from '@soteria/shared/coverage/last-evaluation.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { ReceivedEvent } from '@soteria/shared/function/contract.ts';
import type { TargetRecord } from './longhorn/target.ts';
import { targetName } from './longhorn/parts.ts';
import { claimNames, shop, volumeOfClaim } from './seed-cluster.ts';
import type { World } from './world.ts';

interface SimulatedPolicy {
  readonly id: string;
  /** Of the hour: `0` is due at each of its multiples. */
  readonly everyMinutes: number;
  readonly claims: readonly string[];
  readonly keepLast: number;
  /** Each claim is tested in every round. */
  readonly testedEveryMinutes?: number;
}

export const policies: readonly SimulatedPolicy[] = [
  { id: 'often', everyMinutes: 20, claims: claimNames, keepLast: 1 },
  { id: 'seldom', everyMinutes: 30, claims: [claimNames[0]], keepLast: 2, testedEveryMinutes: 30 },
];

const minuteMs = 60_000;
const coreKind = { group: '', version: 'v1', namespace: 'soteria' } as const;
type Kept = 'secrets' | 'configmaps';

export function read({ cluster }: Pick<World, 'cluster'>, plural: Kept, name: string): Record<string, string> {
  return { ...(cluster.api.find({ ...coreKind, plural, name })?.['data'] as Record<string, string> | undefined) };
}

function write(world: World, plural: Kept, name: string, data: Record<string, string>): void {
  const { api } = world.cluster;
  const kind = plural === 'secrets' ? 'Secret' : 'ConfigMap';
  if (api.find({ ...coreKind, plural, name }) === undefined) {
    api.create({ ...coreKind, plural }, { apiVersion: 'v1', kind, metadata: { name }, data });
  } else api.patch({ ...coreKind, plural, name }, (current) => ({ ...current, data }));
}

/**
 * `put`: a prune of it was confirmed before. `put anew`: none was. `put careful`: two points at once need a yes.
 */
export type PolicyChange = 'put' | 'put anew' | 'put careful' | 'keep more' | 'delete';

export const carefulBreaker = 1;

export function changePolicy(world: World, nth: number, change: PolicyChange): void {
  const policy = policies[nth % policies.length] ?? policies[0];
  if (policy === undefined) return;
  const data = read(world, 'secrets', policySecretName);
  const { id, everyMinutes, claims, keepLast, testedEveryMinutes: minutes } = policy;
  if (change === 'delete') delete data[id];
  else {
    const text = {
      id,
      claims: claims.map((claim) => `${shop}/${claim}`),
      schedule: `*/${everyMinutes} * * * *`,
      retention: {
        keepLast: change === 'keep more' ? keepLast + 1 : keepLast,
        breaker: change === 'put careful' ? carefulBreaker : 100,
      },
      ...(minutes === undefined ? {} : { verify: { schedule: `*/${minutes} * * * *`, every: `${minutes}m` } }),
    };
    data[id] = Buffer.from(JSON.stringify(text)).toString('base64');
    if (change === 'put anew') forgetPolicy(world, id);
    else confirmFirstPrune(world, id);
  }
  write(world, 'secrets', policySecretName, data);
  world.mesh.send('policy-tick', { ...tickEvent(world), type: 'dev.soteria.policy.changed.v1' });
}

/** As if a person had said yes to a prune of that policy before. */
function confirmFirstPrune(world: World, id: string): void {
  const memory = read(world, 'configmaps', policyMemoryName);
  const at = world.now().toISOString();
  write(world, 'configmaps', policyMemoryName, {
    ...memory,
    [id]: memory[id] ?? JSON.stringify({ since: at, prunedAt: at }),
  });
}

/** As after an import: it has never pruned. */
function forgetPolicy(world: World, id: string): void {
  const { [id]: _forgotten, ...memory } = read(world, 'configmaps', policyMemoryName);
  write(world, 'configmaps', policyMemoryName, memory);
}

export function deletePolicies(world: World): void {
  if (policiesIn(world).length > 0) write(world, 'secrets', policySecretName, {});
}

export function policiesIn(world: Pick<World, 'cluster'>): SimulatedPolicy[] {
  const data = read(world, 'secrets', policySecretName);
  return policies.filter(({ id }) => data[id] !== undefined);
}

/** Of a PingSource of a policy; sources send none, one or two at a due instant, and at any other time. */
export function tick(world: World, times: number): void {
  for (let count = 0; count < times; count += 1) world.mesh.send('policy-tick', tickEvent(world));
}

const tickEvent = ({ dice, now }: World): ReceivedEvent => ({
  id: `tick-${dice.next()}`,
  source: '/apis/v1/namespaces/soteria/pingsources/tick-simulated',
  type: 'dev.knative.sources.ping',
  subject: undefined,
  time: now(),
  data: {},
  extensions: {},
});

export const policyOf = ({ labels }: TargetRecord): string | undefined => labels[catalogueKeys.policy];

export function holdPoint(world: World, nth: number): void {
  const points = world.longhorn.target.list().filter((record) => policyOf(record) !== undefined);
  const one = points[nth % Math.max(1, points.length)];
  if (one === undefined) return;
  const data = read(world, 'configmaps', holdsName);
  write(world, 'configmaps', holdsName, { ...data, [one.name]: `longhorn:${targetName}/${one.name}` });
}

/** Two clocks of the history may differ by so much. */
const clocksDifferMs = 200_000;

/** Claims whose last due instant before `at`, when a sweep came, was let pass. While a backup is under way the next one is not asked for. */
export function letPass(world: World, at: Date): string[] {
  const settledBy = at.getTime() - clocksDifferMs;
  return policiesIn(world).flatMap(({ id, everyMinutes, claims }) => {
    const periodMs = everyMinutes * minuteMs;
    const dueAt = Math.floor(settledBy / periodMs) * periodMs;
    return claims
      .filter((claim) => !isLookedAfter(world, { id, claim, dueAt, settledBy }))
      .map((claim) => `claim ${claim} had no backup for ${new Date(dueAt).toISOString()} by the policy ${id}`);
  });
}

interface Expected {
  readonly id: string;
  readonly claim: string;
  readonly dueAt: number;
  readonly settledBy: number;
}

function isLookedAfter({ evidence, longhorn }: World, { id, claim, dueAt, settledBy }: Expected): boolean {
  const start = `policy/${id}/${shop}/${claim}/`;
  const asked = new Map<string, Operation>();
  for (const { after } of evidence.changes) {
    if (after?.spec.identity?.startsWith(start) === true) asked.set(after.spec.identity.slice(start.length), after);
  }
  const isAnswered = [...asked].some(
    ([instant, { status }]) =>
      Date.parse(instant) >= dueAt || Date.parse(status?.finishedAt ?? '9999-01-01') >= settledBy,
  );
  const isFresh = (record: TargetRecord): boolean =>
    record.volume === volumeOfClaim(claim) &&
    Date.parse(record.snapshotCreatedAt) >= dueAt &&
    [id, undefined].includes(policyOf(record));
  return isAnswered || longhorn.target.list().some(isFresh);
}

/** Claims that no test was asked of in the last round before `at`, and of which a test could have been made. */
export function letUntested({ cluster, evidence, longhorn }: World, at: Date): string[] {
  const settledBy = at.getTime() - clocksDifferMs;
  return policiesIn({ cluster }).flatMap(({ id, claims, testedEveryMinutes = 0 }) => {
    if (testedEveryMinutes === 0) return [];
    const periodMs = testedEveryMinutes * minuteMs;
    const dueAt = Math.floor(settledBy / periodMs) * periodMs;
    return claims
      .filter((claim) => {
        const start = `verify/${id}/${shop}/${claim}/`;
        const isAsked = evidence.changes.some(
          ({ after }) =>
            after?.spec.identity?.startsWith(start) === true &&
            Date.parse(after.spec.identity.slice(start.length)) >= dueAt,
        );
        const isJudged = evidence.verdicts.some((one) => one.claim === claim && one.at >= dueAt);
        const isRefuted = ({ name }: TargetRecord) =>
          evidence.verdicts.findLast((one) => one.name === name)?.outcome === 'refuted';
        const isGood = (record: TargetRecord) =>
          record.volume === volumeOfClaim(claim) &&
          record.createdAt !== '' &&
          record.labels[catalogueKeys.operationUid] !== undefined &&
          Date.parse(record.createdAt) < settledBy - periodMs &&
          !isRefuted(record);
        return !isAsked && !isJudged && longhorn.target.list().some(isGood);
      })
      .map(
        (claim) => `claim ${claim} was not tested in the round of ${new Date(dueAt).toISOString()} of the policy ${id}`,
      );
  });
}
