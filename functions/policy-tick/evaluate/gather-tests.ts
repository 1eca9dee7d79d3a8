/** What restore tests have said of each claim, and what is under way. Pure. */
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import type { TestFacts } from '../tick/claim-facts.ts';
import { dueOfTest } from './due-of-operation.ts';

const dayMs = 86_400_000;

interface Gathered {
  testedAt?: Date;
  isTesting?: boolean;
  readonly askedFor: Map<string, Date>;
}

export interface TestsSeen {
  /** By `namespace/claim`. */
  readonly ofClaims: ReadonlyMap<string, TestFacts>;
  /** Tests that policies have asked for and that are open. */
  readonly open: number;
  /** What the tests of a policy have read in the last 24 hours, those under way included, by its id. */
  readonly bytesReadToday: ReadonlyMap<string, bigint>;
}

export interface TestsToGather {
  readonly operations: readonly Operation[];
  readonly proofs: readonly ClaimProof[];
  /** Of the newest restorable point of a claim: what a test of it reads. */
  readonly bytesOf: (namespace: string, pvc: string) => bigint | undefined;
  readonly now: Date;
}

export function gatherTests({ operations, proofs, bytesOf, now }: TestsToGather): TestsSeen {
  const ofClaims = new Map<string, Gathered>();
  const of = (namespace: string, pvc: string): Gathered => {
    const key = `${namespace}/${pvc}`;
    const known = ofClaims.get(key) ?? { askedFor: new Map<string, Date>() };
    ofClaims.set(key, known);
    return known;
  };
  for (const { namespace, pvc, points } of proofs) {
    const judged = points.map(({ at }) => Date.parse(at)).filter((at) => !Number.isNaN(at));
    if (judged.length > 0) of(namespace, pvc).testedAt = new Date(Math.max(...judged));
  }
  let open = 0;
  const bytesReadToday = new Map<string, bigint>();
  for (const operation of operations.filter(({ spec }) => spec.kind === 'RestoreTest')) {
    const { metadata, spec, status } = operation;
    const { namespace = metadata.namespace ?? '', pvc = '' } = spec.request;
    const claim = of(namespace, pvc);
    const isOpen = !isTerminal(status?.phase);
    if (isOpen) claim.isTesting = true;
    const due = dueOfTest(spec.identity);
    if (due === undefined) continue;
    const { policy, dueAt } = due;
    if (isOpen) open += 1;
    const known = claim.askedFor.get(policy);
    if (known === undefined || dueAt > known) claim.askedFor.set(policy, dueAt);
    if (!isOpen && now.getTime() - Date.parse(metadata.creationTimestamp) >= dayMs) continue;
    bytesReadToday.set(policy, (bytesReadToday.get(policy) ?? 0n) + (bytesOf(namespace, pvc) ?? 0n));
  }
  return { ofClaims, open, bytesReadToday };
}
