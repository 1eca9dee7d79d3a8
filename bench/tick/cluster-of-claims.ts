/** A cluster with policies and claims, made from numbers: the same on every machine. */
import type { CoverageRecord, NamespaceCoverage } from '@soteria/shared/coverage/coverage-record.ts';
import { createMatcher } from '@soteria/policy-tick/match/match-claims.ts';
import type { Marked } from '@soteria/policy-tick/match/explain-match.ts';
import { type ResolvedPolicy, resolvePolicy } from '@soteria/policy-tick/policy/resolve-policy.ts';
import type { ClaimFacts, NamespaceFacts, PolicyProgress } from '@soteria/policy-tick/tick/claim-facts.ts';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';

export const now = new Date('2026-10-25T03:00:30Z');

const claimsOfNamespace = 100;
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Australia/Lord_Howe', 'America/Santiago'];
const presets = ['@hourly-random', '@daily-random', '@daily-random', '@weekly-random'];
const tiers = ['gold', 'silver', 'iron'];
const apps = ['db', 'web', 'queue', 'search', 'cache'];

const hourMs = 3_600_000;
const of = <T>(values: readonly T[], index: number): T => {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('there is no value to choose');
  return value;
};

/** As teams write them: most for a namespace of their own, some by labels, some by names, a few for all. */
function selectorsOf(index: number): object {
  const namespace = `team-${index}`;
  const ofTeam = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  switch (index % 10) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { namespaceSelector: ofTeam };
    case 4:
    case 5:
      return { namespaceSelector: ofTeam, labelSelector: { matchLabels: { app: of(apps, index) } } };
    case 6:
    case 7:
      return { claims: [`${namespace}/*`], exclude: ['*/data-9*'] };
    case 8:
      return { claims: [`${namespace}/data-1`, `${namespace}/data-2`] };
    default:
      return {
        namespaceSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['gold', 'silver'] }] },
        labelSelector: { matchLabels: { release: `r${index}` } },
      };
  }
}

export function makePolicies(count: number): ResolvedPolicy[] {
  return Array.from({ length: count }, (_none, index) =>
    resolvePolicy(
      policySchema.parse({
        id: `policy-${index}`,
        ...selectorsOf(index),
        preset: of(presets, index),
        timeZone: of(zones, index),
        jitter: '10m',
        ...(index % 3 === 0 ? { rpo: '26h' } : {}),
        ...(index % 7 === 0 ? { window: { from: '20:00', to: '08:00' } } : {}),
        retention: { keepDaily: 7 },
      }),
    ),
  );
}

const isOld = (index: number): boolean => index % 50 === 49;

/** What the tick before has recorded: that the old ones are missed. */
export function makeBefore(): (namespace: string) => NamespaceCoverage | undefined {
  const missed: CoverageRecord = { code: 'fresh', missedSince: '2026-10-18T00:00:00.000Z' };
  return (namespace) => {
    const first = Number(namespace.slice('team-'.length)) * claimsOfNamespace;
    const indexes = Array.from({ length: claimsOfNamespace }, (_none, index) => index);
    return new Map(indexes.filter((index) => isOld(first + index)).map((index) => [`data-${index}`, missed]));
  };
}

/** Of most claims within the hour, of some within the day, of one in fifty too old. */
function newestAt(index: number): Date {
  const hours = isOld(index) ? 200 : index % 5 === 4 ? index % 24 : 0.9;
  return new Date(now.getTime() - hours * hourMs);
}

function progressOf(index: number): PolicyProgress {
  const dataAsOf = newestAt(index);
  return index % 5 === 0
    ? {
        dataAsOf,
        asked: { dueAt: new Date(dataAsOf.getTime() - 60_000), state: index % 50 === 0 ? 'open' : 'succeeded' },
      }
    : { dataAsOf };
}

/** One namespace after another: its claims with what is known of each, for the policies that take it. */
export function* makeNamespaces(count: number, policies: readonly ResolvedPolicy[]): Generator<NamespaceFacts> {
  const match = createMatcher(policies);
  for (let number = 0; number < Math.ceil(count / claimsOfNamespace); number += 1) {
    const name = `team-${number}`;
    const labels = { 'kubernetes.io/metadata.name': name, tier: of(tiers, number) };
    const namespace: Marked = { name, labels, annotations: number % 50 === 0 ? { 'soteria.dev/exclude': 'lab' } : {} };
    const claims = Array.from({ length: claimsOfNamespace }, (_no, index): ClaimFacts => {
      const serial = number * claimsOfNamespace + index;
      const marked = {
        namespace: name,
        name: `data-${index}`,
        labels: { app: of(apps, index), release: `r${serial % 2_000}`, 'app.kubernetes.io/name': of(apps, serial) },
        annotations: index % 40 === 0 ? { 'soteria.dev/exclude': 'cache' } : {},
        createdAt: new Date('2026-01-01T00:00:00Z'),
      };
      const taking = match(namespace, marked).policies;
      const [first] = taking;
      const newest = newestAt(serial);
      return {
        ...marked,
        newest: { at: newest, by: first === undefined ? 'recurring-job/daily' : `policy/${first.id}` },
        ...(first === undefined ? { newestOfOthers: newest } : {}),
        progress: new Map(taking.map(({ id }) => [id, progressOf(serial)])),
      };
    });
    yield { namespace, claims };
  }
}
