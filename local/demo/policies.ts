/**
 * No caller requests a backup: a policy wakes the product when a backup is due, makes one backup for all that were missed while nothing ran, and
 * reports claims without a policy; points that it no longer keeps are deleted. The product runs in its own cluster here, and the clock of
 * that cluster is moved: the minutes of the outage pass in no time.
 */
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import type { EventIdentity } from '../mesh/activity.ts';
import { sampleNamespace } from '../sample.ts';
import type { Local } from '../start-local.ts';
import { createDemoCaller, type DemoCaller } from './caller.ts';
import { notifyTo } from '../notify-to.ts';
import { describeNotices, type NoticeReceiver, startNoticeReceiver } from './notify.ts';
import { prunePolicy } from './prune-policy.ts';
import { follow } from './restore-claim.ts';
import { createSteps, type DemoResult, type OnStep } from './steps.ts';
import { waitFor } from './wait-for.ts';
import type { OperationView } from './wait-for-operation.ts';

export interface PolicyDemoOptions {
  /** Starts the product over the same folder each time; the product that ran before must have been stopped. */
  readonly start: (options: { readonly clockAheadMs: number }) => Promise<Local>;
  readonly stop: () => Promise<void>;
  /** Every event that a broker has accepted so far. */
  readonly events: readonly EventIdentity[];
  readonly timeoutMs: number;
  readonly onStep: OnStep;
}

const minuteMs = 60_000;
const policy = {
  id: 'each-minute',
  claims: [`${sampleNamespace}/notes`],
  schedule: '* * * * *',
  rpo: '2m',
  retention: { keepLast: 1 },
};

/** How far to move the machine's clock so that it shows this second of a minute. */
function untilSecond(second: number, now = Date.now()): number {
  return (second * 1_000 - (now % minuteMs) + minuteMs) % minuteMs;
}

interface Due {
  readonly operation: Operation;
  readonly dueAt: Date;
}

/** Due backups of the policy, oldest first. */
async function listDue({ cluster }: Local): Promise<Due[]> {
  const all = await Array.fromAsync(listAll(cluster.client, operations, { namespace: sampleNamespace }));
  return all
    .filter(({ spec }) => spec.request.policy === policy.id)
    .map((operation) => ({ operation, dueAt: new Date(operation.spec.identity?.split('/').at(-1) ?? '') }))
    .toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
}

interface Scene {
  readonly local: Local;
  readonly caller: DemoCaller;
  readonly timeoutMs: number;
}

/** The first backup of the policy after an instant, once it has succeeded. */
async function nextBackup({ local, caller, timeoutMs }: Scene, after: Date): Promise<Due & { view: OperationView }> {
  const due = await waitFor(timeoutMs, async (missing) => {
    const found = (await listDue(local)).find(({ dueAt }) => dueAt > after);
    return found ?? missing(`no backup of the policy ${policy.id} was made`);
  });
  const view = await follow({ caller, namespace: sampleNamespace, timeoutMs }, due.operation.metadata.name);
  if (view.phase !== 'Succeeded') throw new Error(`${view.name} is ${view.phase}: ${view.message}`);
  return { ...due, view };
}

const clockOf = (at: Date): string => at.toISOString().slice(11, 16);

async function showDue(scene: Scene): Promise<{ detail: string; operation: OperationView; dueAt: Date }> {
  const { caller, local } = scene;
  await caller.call('POST /v1/policies', { body: policy });
  const { dueAt, operation, view } = await nextBackup(scene, new Date(0));
  const { items } = await local.cluster.client.list(operations, { namespace: sampleNamespace });
  const others = items.filter(({ spec }) => spec.request.policy !== policy.id).length;
  if (others > 0) throw new Error(`${others} Operations are not of the policy`);
  const lateMs = Date.parse(operation.metadata.creationTimestamp) - dueAt.getTime();
  const detail = `due at ${clockOf(dueAt)}, made ${Math.round(lateMs / 1_000)} s later by the ping of the policy; nobody asked for it`;
  return { detail, operation: view, dueAt };
}

/** The sweep runs hourly: its ping is sent now, and finds what the policy's next ping would find. */
async function showCaughtUp(scene: Scene, before: Date): Promise<{ detail: string; operation: OperationView }> {
  await scene.caller.sweep();
  const { dueAt, view } = await nextBackup(scene, before);
  const missed: Date[] = [];
  for (let at = before.getTime() + minuteMs; at < dueAt.getTime(); at += minuteMs) missed.push(new Date(at));
  if (missed.length < 3) throw new Error(`only ${missed.length} due times were missed`);
  const made = (await listDue(scene.local)).filter((one) => one.dueAt > before && one.dueAt < dueAt);
  if (made.length > 0) throw new Error(`${made.length} backups were made for times that had passed`);
  const times = missed.map(clockOf).join(', ');
  return {
    detail: `nothing ran at ${times} and ${clockOf(dueAt)}; one backup made up for all of them`,
    operation: view,
  };
}

async function showUnprotected(
  { caller, timeoutMs }: Scene,
  events: readonly EventIdentity[],
): Promise<{ detail: string }> {
  const missed = await waitFor(timeoutMs, async (missing) => {
    const isMiss = ({ type, subject }: EventIdentity) =>
      type === 'dev.soteria.expectation.missed.v1' && subject === `${sampleNamespace}/notes`;
    return events.find(isMiss) ?? missing('no event reported that the objective of the policy was missed');
  });
  const { percent, items } = await caller.call('GET /v1/coverage', { query: { namespace: sampleNamespace } });
  const photos = items.find(({ pvc }) => pvc === 'photos');
  if (photos === undefined || photos.accounted || photos.fix === null || percent === 100)
    throw new Error(`the coverage of ${percent} % says nothing of the claim photos, which no policy takes`);
  return {
    detail: `photos: ${photos.why}; fix: ${photos.fix}. ${missed.subject}: an event said that its rpo was missed`,
  };
}

/** The next evaluation finds that the objective is met again; it is asked for here, and not waited for. */
async function showNotified({ caller, timeoutMs }: Scene, { notices }: NoticeReceiver): Promise<{ detail: string }> {
  await caller.sweep();
  const said = await waitFor(
    timeoutMs,
    async (missing) => describeNotices(notices, `${sampleNamespace}/notes`) ?? missing('no notification was sent'),
  );
  return { detail: `${said}: each was said once` };
}

export async function runPolicies(options: PolicyDemoOptions): Promise<DemoResult> {
  const { start, stop, events, timeoutMs } = options;
  const steps = createSteps(options.onStep);
  const sceneOf = (local: Local): Scene => ({ local, caller: createDemoCaller(local), timeoutMs });
  const receiver = await startNoticeReceiver();
  const aheadMs = untilSecond(45);
  const first = await start({ clockAheadMs: aheadMs });
  let dueAt: Date | undefined;
  await steps.take('policy.due', async () => {
    const shown = await showDue(sceneOf(first));
    dueAt = shown.dueAt;
    return shown;
  });
  let second: Local | undefined;
  await steps.take('policy.caught_up', async () => {
    if (dueAt === undefined) throw new Error('the policy has made no backup');
    await stop();
    const outageMs = 4 * minuteMs;
    second = await start({ clockAheadMs: aheadMs + outageMs + untilSecond(5, Date.now() + aheadMs) });
    await notifyTo(second.cluster.client, receiver.url);
    return showCaughtUp(sceneOf(second), dueAt);
  });
  await steps.take('policy.unprotected_told', () => {
    if (second === undefined) throw new Error('the product was not started again');
    return showUnprotected(sceneOf(second), events);
  });
  await steps.take('notify.failure_and_recovery', () => {
    if (second === undefined) throw new Error('the product was not started again');
    return showNotified(sceneOf(second), receiver);
  });
  await steps.take('policy.pruned', () => {
    if (second === undefined) throw new Error('the product was not started again');
    const { caller } = sceneOf(second);
    return prunePolicy({ caller, policy: policy.id, namespace: sampleNamespace, claim: 'notes', timeoutMs });
  });
  await receiver.close();
  return steps.result();
}
