/**
 * Records the Operations that policies are due for. Invariants:
 *  1. The name follows from policy, claim and due instant, so a second tick, pod or ping meets "already exists".
 *  2. A refusal of one Operation (a quota, an admission webhook, a name that is taken) stops no other one.
 */
import { SoteriaError, type ErrorCode } from '@soteria/shared/errors.ts';
import { isDriverHere } from '@soteria/shared/operation/kinds/drivers.ts';
import type { Operation, OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import type { AskedDue } from '../tick/decide-tick.ts';
import { type DueOfClaim, dueIdentity, dueOperationName, dueTestIdentity, dueTestName } from '../tick/due-identity.ts';
import type { DueTest } from '../tick/plan-tests.ts';
import { dueOfIdentity, dueOfTest } from './due-of-operation.ts';

interface Asked {
  readonly kind: 'Backup' | 'RestoreTest';
  readonly due: DueOfClaim;
  readonly name: string;
  readonly identity: string;
  readonly request: OperationRequest;
}

export interface RefusedDue {
  readonly due: DueOfClaim;
  readonly error: SoteriaError;
}

export interface Recorded {
  /** Made now. */
  readonly made: number;
  readonly refused: readonly RefusedDue[];
}

/** They are about one object; any other error may be about all of them, and ends the evaluation. */
const refusals: ReadonlySet<ErrorCode> = new Set(['cluster_forbidden', 'cluster_refused', 'invalid_request']);

export function isRefusal({ code }: SoteriaError): boolean {
  return refusals.has(code);
}

type Recorder = Pick<OperationStore, 'create' | 'get'>;
type Policies = ReadonlyMap<string, ResolvedPolicy>;

/** A policy may name a driver of another version: then the function refuses the backup. */
function driverOf(policy: ResolvedPolicy | undefined): Pick<OperationRequest, 'driver'> {
  const { driver } = policy ?? {};
  return driver !== undefined && isDriverHere(driver) ? { driver } : {};
}

export function recordBackups(store: Recorder, dues: readonly AskedDue[], policies: Policies, signal: AbortSignal) {
  const asked = dues.map((due): Asked => {
    const request = {
      pvc: due.claim,
      policy: due.policy,
      ...driverOf(policies.get(due.policy)),
      ...(due.isFull ? { mode: 'full' as const } : {}),
    };
    return { kind: 'Backup', due, name: dueOperationName(due), identity: dueIdentity(due), request };
  });
  return recordAll(store, asked, signal);
}

export function recordTests(store: Recorder, dues: readonly DueTest[], policies: Policies, signal: AbortSignal) {
  const asked = dues.map((due): Asked => {
    const verify = policies.get(due.policy)?.verify?.request;
    const request = {
      pvc: due.claim,
      policy: due.policy,
      ...(due.point === undefined ? {} : { snapshot: due.point }),
      ...(verify === undefined ? {} : { verify }),
    };
    return { kind: 'RestoreTest', due, name: dueTestName(due), identity: dueTestIdentity(due), request };
  });
  return recordAll(store, asked, signal);
}

async function recordAll(store: Recorder, all: readonly Asked[], signal: AbortSignal): Promise<Recorded> {
  let made = 0;
  const refused: RefusedDue[] = [];
  for (const { kind, due, name, identity, request } of all) {
    const ref = { namespace: due.namespace, name };
    const requestedBy = { user: `policy ${due.policy}`, via: 'policy' as const };
    try {
      await store.create({ ...ref, spec: { kind, request, identity, requestedBy, cause: { id: identity } } }, signal);
      made += 1;
    } catch (error) {
      if (!(error instanceof SoteriaError)) throw error;
      // The namespace is going, and its claims with it.
      if (error.code === 'not_found' || error.code === 'namespace_terminating') continue;
      if (isRefusal(error)) refused.push({ due, error });
      else if (error.code !== 'name_conflict') throw error;
      else {
        const stranger = refusalOfStranger(kind, due, identity, await store.get(ref, signal));
        if (stranger !== undefined) refused.push({ due, error: stranger });
      }
    }
  }
  return { made, refused };
}

/** Undefined: the holder of the name is this very request, or another one of the same policy and second. */
function refusalOfStranger(
  kind: Asked['kind'],
  { namespace, claim, policy }: DueOfClaim,
  identity: string,
  holder: Operation | undefined,
): SoteriaError | undefined {
  if (holder === undefined || holder.spec.identity === identity) return undefined;
  if (dueOfIdentity(holder.spec.identity) !== undefined || dueOfTest(holder.spec.identity) !== undefined)
    return undefined;
  const work = kind === 'Backup' ? 'backup' : 'restore test';
  return new SoteriaError('name_conflict', {
    what: `the ${work} of claim ${namespace}/${claim} that policy ${policy} is due for was not recorded`,
    why: `another request has the name of its Operation, ${holder.metadata.name}`,
    fix: `delete that Operation once it has ended; the next tick records the ${work}`,
  });
}
