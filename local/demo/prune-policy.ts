/** The points that a policy no longer keeps are listed with reasons, confirmed by a person, and deleted; the points that it keeps stay. */
import type { DemoCaller } from './caller.ts';
import { waitFor } from './wait-for.ts';
import type { OperationView } from './wait-for-operation.ts';

const maxTries = 3;

export interface PruneDemo {
  readonly caller: DemoCaller;
  readonly policy: string;
  readonly namespace: string;
  readonly claim: string;
  readonly timeoutMs: number;
}

/** The name that the driver has given to a point; the id contains it. */
const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** A backup that ends between the plan and its confirmation changes the plan: then nothing is deleted, and the new plan is shown. */
async function confirmPlan({ caller, policy }: PruneDemo) {
  for (let tries = 1; ; tries += 1) {
    const shown = await caller.call('POST /v1/policies/{id}/prune', { path: { id: policy }, body: { dry_run: true } });
    const [planned] = shown.claims;
    if (planned === undefined) throw new Error(`the policy ${policy} keeps all of its points`);
    const said = await caller.ask('POST /v1/policies/{id}/prune', {
      path: { id: policy },
      body: { confirm: shown.plan },
    });
    const operation = said.isOk ? said.body.claims[0]?.operation : undefined;
    if (typeof operation === 'string') return { planned, operation, neededYes: shown.needs_yes };
    if (tries === maxTries) throw new Error(`the prune of ${policy} was answered ${said.status}`);
  }
}

/** Waits until these ids are no longer listed; gives back the ids that are. The Prune itself ends later, when Longhorn has read the target again. */
async function listWithout({ caller, namespace, claim, timeoutMs }: PruneDemo, deleted: ReadonlySet<string>) {
  return waitFor(timeoutMs, async (missing) => {
    const { items } = await caller.call('GET /v1/backups', { query: { namespace, pvc: claim } });
    const listed = new Set(items.map(({ id }) => id));
    const left = [...deleted].filter((id) => listed.has(id));
    return left.length === 0 ? listed : missing(`${left.join(', ')} are still listed`);
  });
}

export async function prunePolicy(demo: PruneDemo): Promise<{ detail: string; operation: OperationView }> {
  const { caller } = demo;
  const { planned, operation: name, neededYes } = await confirmPlan(demo);
  if (!neededYes) throw new Error('the first prune of a policy went without a yes');
  const listed = await listWithout(demo, new Set(planned.delete.map(({ id }) => id)));
  const lost = planned.keep.filter(({ id }) => !listed.has(id));
  if (lost.length > 0) throw new Error(`${lost.length} points that are kept are gone`);
  const deleted = planned.delete.map(({ id }) => nameOf(id)).join(', ');
  const kept = planned.keep.map(({ id, why }) => `${nameOf(id)} (${why.join(', ')})`).join(', ');
  const operation = await caller.call('GET /v1/operations/{name}', { path: { name }, query: { namespace: 'soteria' } });
  if (operation.phase === 'Failed') throw new Error(`${name} is Failed: ${operation.message}`);
  const detail = `after a yes, for it is the first: deleted ${deleted}; kept ${kept}; ${operation.phase}: ${operation.message}`;
  return { detail, operation };
}
