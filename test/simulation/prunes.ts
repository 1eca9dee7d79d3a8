/** What a person says to a prune, and what a witness asks of each deletion that a prune makes. */
import { policySecretName } from '@soteria/policy-tick/policy/stored-policies.ts';
import { holdsName } from '@soteria/policy-tick/prune/holds.ts';
import { policyMemoryName } from '@soteria/shared/coverage/last-evaluation.ts';
import { operationName } from '@soteria/shared/operation/record/names.ts';
import { isTerminal, type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import { targetName } from './longhorn/parts.ts';
import type { TargetRecord } from './longhorn/target.ts';
import { carefulBreaker, policiesIn, policyOf, read } from './policies.ts';
import { operationsIn } from './read-ending.ts';
import { provedNow } from './restore-tests.ts';
import { claimNames, shop, volumeOfClaim } from './seed-cluster.ts';
import type { World } from './world.ts';

/** With `kubectl`, by a digest that a Prune has left in its record: the newest one (0), or one before it. Records that are purged count too. */
export function sayYes({ cluster, evidence, now }: World, nth: number): void {
  const told = new Map<string, Operation>();
  for (const { after } of evidence.changes) {
    const digest = after?.status?.error?.code === 'confirmation_needed' ? after.status.work?.planDigest : undefined;
    if (after !== undefined && digest !== undefined) told.set(digest, after);
  }
  const [confirm, prune] = [...told].at(-1 - nth) ?? [];
  const { pvc = '', policy } = prune?.spec.request ?? {};
  const name = operationName('prune', pvc, now());
  if (confirm === undefined || operationsIn({ cluster }).some(({ metadata }) => metadata.name === name)) return;
  const { group, version, plural, kind } = operations;
  cluster.api.create(
    { group, version, plural, namespace: 'soteria' },
    {
      apiVersion: `${group}/${version}`,
      kind,
      metadata: { name },
      spec: { kind: 'Prune', request: { namespace: shop, pvc, policy, confirm } },
    },
  );
}

/** Why no prune may delete this backup at this instant. */
export function whyNotToPrune(
  world: Pick<World, 'cluster' | 'longhorn' | 'evidence'>,
  name: string,
): string | undefined {
  const { target } = world.longhorn;
  const record = target.get(name);
  if (record === undefined) return undefined;
  const policy = policyOf(record);
  if (policy === undefined) return `${name} is of no policy`;
  if (policiesIn(world).every(({ id }) => id !== policy)) return `${name} is of the policy ${policy}, which is gone`;
  const held = Object.values(read(world, 'configmaps', holdsName));
  if (held.includes(`longhorn:${targetName}/${name}`)) return `${name} is held`;
  const isNewer = (one: TargetRecord): boolean =>
    one.volume === record.volume && policyOf(one) === policy && one.snapshotCreatedAt > record.snapshotCreatedAt;
  const newer = target.list().filter((one) => one.createdAt !== '' && isNewer(one));
  if (newer.length === 0) return `${name} is the newest point of the policy ${policy}`;
  const claim = claimNames.find((one) => volumeOfClaim(one) === record.volume) ?? '';
  const proved = provedNow(world.evidence.verdicts, claim);
  return proved.includes(name) && !newer.some((one) => proved.includes(one.name))
    ? `${name} is the last verified point of the policy ${policy}`
    : undefined;
}

/** As a person computes it who confirms these points and no others. */
function digestOf(policy: string, pvc: string, volume: string, ids: readonly string[]): string {
  return shortHash(JSON.stringify([policy, shop, pvc, volume, ids.toSorted()]), 24);
}

/** Why the prune that deletes this backup has not the yes of a person that it needs. */
export function whyNotConfirmed(world: Pick<World, 'cluster' | 'longhorn'>, name: string): string | undefined {
  const prune = operationsIn(world).find(
    ({ spec, status }) => spec.kind === 'Prune' && !isTerminal(status?.phase) && status?.work?.backup === name,
  );
  if (prune === undefined) return `${name} is deleted, and no Prune has recorded that`;
  const { confirm, policy = '', pvc = '' } = prune.spec.request;
  const { plan = [], volume = '' } = prune.status?.work ?? {};
  if (confirm !== undefined) {
    const digest = digestOf(policy, pvc, volume, plan);
    return confirm === digest ? undefined : `${name} is deleted by the plan ${digest}, and ${confirm} was confirmed`;
  }
  const memory = read(world, 'configmaps', policyMemoryName)[policy] ?? '';
  if (!memory.includes('prunedAt'))
    return `${name} is deleted by the first prune of the policy ${policy}, without a yes`;
  const text = Buffer.from(read(world, 'secrets', policySecretName)[policy] ?? '', 'base64').toString();
  const isCareful = text.includes(`"breaker":${carefulBreaker}}`);
  return isCareful && plan.length > 1
    ? `${name} is one of ${plan.length} that are deleted at once, without a yes`
    : undefined;
}
