/**
 * A SelfTest that was deleted while it was open: that cancels it. What it had made is found by the marks of its claim, and removed by the
 * very decisions of one that has ended (`decide-tidy.ts`), over a record that is written nowhere. The claim goes after the children, so
 * that it is found again as long as they have not ended.
 */
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { AdvanceCall, Known } from '@soteria/shared/operation/engine/advance.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { operationNameLabel, operationUidLabel, temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { timeFromName } from '@soteria/shared/operation/record/names.ts';
import { isHeldByPause } from '@soteria/shared/operation/engine/pause.ts';
import { group, type Operation, version } from '@soteria/shared/operation/record/schema.ts';
import { claimNames } from './about-self-test.ts';
import type { AdvanceSelfTestTools } from './advance-self-test.ts';
import { decideTidy } from './decide-tidy.ts';
import { performSelfTest } from './perform-self-test.ts';
import type { SelfTestWorld } from './world.ts';

/** More than it ever takes. */
const maxActions = 32;

/** As it would be recorded, had it been cancelled instead. */
function asCancelled(name: string, claim: PersistentVolumeClaim, children: readonly Operation[]): Operation {
  const { uid: claimUid, labels, creationTimestamp } = claim.metadata;
  // The children's names were made of its time; one of them still says it.
  const at = children.map((child) => timeFromName(child.metadata.name)).find((time) => time !== undefined);
  return {
    apiVersion: `${group}/${version}`,
    kind: 'Operation',
    metadata: {
      name,
      namespace: proofNamespace,
      uid: labels?.[operationUidLabel] ?? '',
      resourceVersion: '',
      creationTimestamp: at?.toISOString() ?? creationTimestamp,
    },
    spec: { kind: 'SelfTest', request: {} },
    status: {
      phase: 'Cancelled',
      progress: 0,
      message: 'it was deleted',
      steps: [],
      settled: true,
      work: { attempt: 1, claimUid },
    },
  };
}

async function tidyOne(tools: AdvanceSelfTestTools, claim: PersistentVolumeClaim, call: AdvanceCall): Promise<void> {
  const { [operationNameLabel]: name = '', [operationUidLabel]: uid = '' } = claim.metadata.labels ?? {};
  const { signal, log } = call;
  const known = await tools.store.get({ namespace: proofNamespace, name }, signal);
  if (known?.metadata.uid === uid) return;
  const all = await tools.store.list({ namespace: proofNamespace }, signal);
  const operation = asCancelled(
    name,
    claim,
    all.filter(({ spec }) => spec.cause?.parent === name && spec.identity?.includes(`:${uid}:`) === true),
  );
  let now: Known<SelfTestWorld> = { operation, world: {} };
  const done: string[] = [];
  for (let count = 0; count < maxActions; count += 1) {
    const action = decideTidy({ ...now, rules: tools.selfTest.rules, now: tools.now() });
    if (action.do === 'rest' || action.do === 'wait' || action.do === 'record') break;
    if (isHeldByPause(action) && (await tools.cluster.isPaused(signal))) break;
    now = await performSelfTest(tools, now, action, signal);
    if (action.do !== 'look') done.push(action.do);
  }
  if (done.length > 0) log.info('deleted_selftest_tidied', { operation: name, done: done.join(', ') });
}

/** The name of the claim that a self-test writes follows from the uid of the self-test. */
function isSourceOfTest({ metadata: { name, labels } }: PersistentVolumeClaim): boolean {
  const uid = labels?.[operationUidLabel];
  return (
    uid !== undefined && labels?.[temporaryLabel] !== undefined && claimNames({ metadata: { uid } }).source === name
  );
}

/** `name`: of one; left out, all that are found. */
export async function tidyDeletedTests(tools: AdvanceSelfTestTools, call: AdvanceCall, name?: string): Promise<void> {
  for (const claim of await tools.claims.listClaims(proofNamespace, call.signal)) {
    if (!isSourceOfTest(claim)) continue;
    if (name === undefined || name === claim.metadata.labels?.[operationNameLabel]) await tidyOne(tools, claim, call);
  }
}
