/**
 * Every problem there is, from what the cluster stores. Pure. A look is always whole: a fact that was lost, doubled or forged changes nothing but when the next
 * look is.
 */
import type { Explanation } from '@soteria/shared/errors.ts';
import type { ClaimCoverage, EndedOperation } from './cluster-state.ts';
import type { Problem } from './problem.ts';

export interface ClusterState {
  /** Of each claim that the last evaluation knew, by `namespace/claim`. */
  readonly claims: ReadonlyMap<string, ClaimCoverage>;
  /** By `keyOf`: of each subject the Operation of its kind that ended last. */
  readonly ended: ReadonlyMap<string, EndedOperation>;
  /** When policies were last evaluated; undefined: never. */
  readonly evaluation: { readonly policies: number; readonly evaluatedAt: string | undefined };
  readonly deadLetters: { readonly count: number; readonly since: string | undefined };
}

/** Causes that lie outside a claim: whoever mends the cause mends all. By code of a coverage reason or of an error. */
const sharedCauses: ReadonlySet<string> = new Set([
  'target_unavailable',
  'catalogue_empty',
  'paused',
  'driver_unavailable',
  'cluster_unavailable',
  'cluster_forbidden',
  'cluster_unauthenticated',
  'cluster_id_shared',
]);

const causeOf = (code: string): string | undefined => (sharedCauses.has(code) ? code : undefined);

/**
 * Whether a problem that no look finds any more is mended. What an Operation said stays until a later one is good: Operations are deleted a day after their
 * end, and that mends nothing. What nobody evaluates is not mended either.
 */
export function isMended(key: string, since: string, state: ClusterState, now: Date): boolean {
  const [kind = '', ...path] = key.split('/');
  if (path.length === 0) return true;
  const subject = path.slice(0, 2).join('/');
  const claim = state.claims.get(subject);
  if (kind === 'objective' && isStale(state, now)) return false;
  if (kind === 'objective' && claim !== undefined) return claim.missedSince === undefined;
  const ofKey = state.ended.get(key);
  if (ofKey?.outcome === 'good' && ofKey.finishedAt >= since) return true;
  if (kind === 'backup' && isFresherThan(since, claim)) return true;
  const isOfClaim = path.length >= 2;
  return isOfClaim && state.claims.size > 0 && claim === undefined && !isStale(state, now);
}

/** The sweep evaluates every hour. */
const staleAfterMs = 3 * 3_600_000;

function isStale({ evaluation: { policies, evaluatedAt } }: ClusterState, now: Date): boolean {
  if (policies === 0) return false;
  return evaluatedAt === undefined || now.getTime() - Date.parse(evaluatedAt) > staleAfterMs;
}

export function findProblems(state: ClusterState, now: Date): Problem[] {
  const ofClaims = [...state.claims.values()].flatMap((claim) => missedOf(claim) ?? []);
  const missed = new Set(ofClaims.map(({ subject }) => subject));
  const ofOperations = [...state.ended.values()].flatMap((ended) => {
    const found = failureOf(ended, state);
    // One message for one claim: that its backups are too old says more than that the last one failed.
    return found === undefined || (found.key.startsWith('backup/') && missed.has(found.subject)) ? [] : [found];
  });
  return [...evaluationOf(state, now), ...ofClaims, ...ofOperations, ...lettersOf(state)];
}

/** Prunes of different policies are different problems; each restore makes another claim. */
export function keyOf({ kind, name, namespace, subject, policy }: EndedOperation): string {
  const path = once.has(kind) ? `${namespace}/${name}` : kind === 'Prune' ? `${subject}/${policy ?? ''}` : subject;
  return `${kind.toLowerCase()}/${path}`;
}

function missedOf(claim: ClaimCoverage): Problem | undefined {
  const { namespace, pvc, missedSince, policy, code, why, fix, detail } = claim;
  if (missedSince === undefined) return undefined;
  const subject = `${namespace}/${pvc}`;
  return {
    key: `objective/${subject}`,
    subject,
    namespace,
    policy,
    severity: 'critical',
    cause: causeOf(code),
    since: missedSince,
    what: `${subject} has no restore point as fresh as ${policy === undefined ? 'promised' : `policy ${policy} promises`}`,
    why: detail === undefined ? why : `${why}: ${detail}`,
    fix: fix ?? 'look at its Operations; the next due time tries again',
  };
}

const needsYes = 'confirmation_needed';

const whatFailed: Readonly<Record<string, string>> = {
  Backup: 'was not backed up',
  RestoreTest: 'could not be proved',
  SelfTest: 'failed: a backup could not be restored and compared',
  Prune: 'was not pruned',
  Restore: 'was not restored',
  NamespaceRestore: 'was not restored as a whole',
  NamespaceBackup: 'was not backed up as a whole',
};

/** Asked for by a person who waits for it: it has happened, and nothing that happens later makes it good. */
const once: ReadonlySet<string> = new Set(['Restore', 'NamespaceRestore', 'NamespaceBackup']);

function failureOf(ended: EndedOperation, { claims }: ClusterState): Problem | undefined {
  const { kind, subject, namespace, policy, finishedAt, outcome, error, name, hasFailedChildren } = ended;
  // The children of a namespace have problems of their own.
  if (outcome === 'good' || hasFailedChildren) return undefined;
  if (kind === 'Backup' && isFresherThan(finishedAt, claims.get(subject))) return undefined;
  const isRefuted = outcome === 'refuted';
  const said: Explanation = error ?? { what: '', why: 'its Operation does not say why', fix: 'read the Operation' };
  return {
    key: keyOf(ended),
    subject,
    namespace: subject.includes('/') ? subject.split('/', 1)[0] : undefined,
    policy,
    severity: isRefuted || kind === 'SelfTest' ? 'critical' : 'warning',
    cause: causeOfFailure(ended),
    since: finishedAt,
    what: whatOf(ended),
    why: said.why,
    fix: `${said.fix} (Operation ${namespace}/${name})`,
    ...(once.has(kind) ? { isOver: true } : {}),
  };
}

/** The first prune of a policy waits in every claim for the same person. */
function causeOfFailure({ error, policy }: EndedOperation): string | undefined {
  if (error === undefined) return undefined;
  return error.code === needsYes ? `yes/${policy ?? ''}` : causeOf(error.code);
}

function whatOf({ kind, subject, outcome, error }: EndedOperation): string {
  if (outcome === 'refuted') return `The last restore point of ${subject} was restored and is not good`;
  if (error?.code === needsYes) return `The prune of ${subject} waits for a yes`;
  return `${subject} ${whatFailed[kind] ?? `failed: ${kind}`}`;
}

/** A backup by anybody that is newer than the failure makes it good, also when its Operation is gone. */
function isFresherThan(finishedAt: string, claim: ClaimCoverage | undefined): boolean {
  return claim?.newestAt !== undefined && Date.parse(claim.newestAt) > Date.parse(finishedAt);
}

function evaluationOf(state: ClusterState, now: Date): Problem[] {
  if (!isStale(state, now)) return [];
  const { evaluatedAt } = state.evaluation;
  return [
    {
      key: 'evaluation',
      subject: 'the policies',
      severity: 'critical',
      since: evaluatedAt ?? now.toISOString(),
      what: 'The policies are not evaluated any more, so nobody knows which claims are safe',
      why: `the last complete evaluation was ${evaluatedAt === undefined ? 'never' : `at ${evaluatedAt}`}; the sweep makes one every hour`,
      fix: 'look at the log of policy-tick, at its PingSource sweep and at the Broker (docs/runbook/evaluation-stopped.md)',
    },
  ];
}

function lettersOf({ deadLetters: { count, since } }: ClusterState): Problem[] {
  if (count === 0 || since === undefined) return [];
  return [
    {
      key: 'dead-letters',
      subject: 'dead letters',
      severity: 'warning',
      since,
      what: `${count} event${count === 1 ? ' was' : 's were'} refused and kept as dead letters`,
      why: 'a function could not take them',
      fix: 'look at GET /v1/dead-letters; replay each when its cause is mended',
    },
  ];
}
