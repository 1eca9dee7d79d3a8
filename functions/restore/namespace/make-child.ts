/** The restores of single claims that the restore of a namespace makes; each is moved at once. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Known as KnownOf } from '@soteria/shared/operation/engine/advance.ts';
import { isFinalRefusal } from '@soteria/shared/operation/record/create-or-find.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Action } from '../longhorn/action.ts';
import type { Tools } from '../longhorn/tools.ts';
import type { World } from '../longhorn/world.ts';
import { childIdentity } from './plan-namespace.ts';

type ChildTools = Pick<Tools, 'store' | 'moveChild'>;
type Known = KnownOf<World>;
type ChildDraft = Extract<Action, { do: 'create-child' }>;

/** Made, or found made by an earlier wake-up; a text: why the cluster will never have it. */
async function makeOrFind(
  { store }: ChildTools,
  parent: Operation,
  { name, request }: ChildDraft,
  signal?: AbortSignal,
): Promise<Operation | string> {
  const { metadata, spec } = parent;
  const ref = { namespace: metadata.namespace ?? '', name };
  const identity = childIdentity(parent, request.pvc);
  const requestedBy = spec.requestedBy === undefined ? {} : { requestedBy: spec.requestedBy };
  const cause = { parent: metadata.name, correlationId: spec.cause?.correlationId ?? metadata.uid };
  try {
    return await store.create({ ...ref, spec: { kind: 'Restore', request, identity, ...requestedBy, cause } }, signal);
  } catch (error) {
    if (isFinalRefusal(error)) return error.explanation.why;
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
    const found = await store.get(ref, signal);
    return found?.spec.identity === identity ? found : `operation ${name} exists and is another request's`;
  }
}

export async function makeChild(
  tools: ChildTools,
  { operation, world }: Known,
  draft: ChildDraft,
  signal?: AbortSignal,
): Promise<World> {
  const { name } = draft;
  const made = await makeOrFind(tools, operation, draft, signal);
  const madeCount = (world.madeCount ?? 0) + 1;
  if (typeof made === 'string') {
    return { ...world, madeCount, refusedChildren: { ...world.refusedChildren, [name]: made } };
  }
  const child = (await tools.moveChild(made)) ?? made;
  const others = (world.children?.seen ?? []).filter(({ metadata }) => metadata.name !== name);
  return { ...world, madeCount, children: { seen: [...others, child] } };
}

/** One that is gone has nothing more to cancel. */
export async function cancelChild(
  tools: ChildTools,
  { operation, world }: Known,
  name: string,
  signal?: AbortSignal,
): Promise<World> {
  const ref = { namespace: operation.metadata.namespace ?? '', name };
  let child: Operation | undefined;
  try {
    const asked = await tools.store.requestCancel(ref, signal);
    child = (await tools.moveChild(asked)) ?? asked;
  } catch (error) {
    if (!(error instanceof SoteriaError && error.code === 'not_found')) throw error;
  }
  const others = (world.children?.seen ?? []).filter(({ metadata }) => metadata.name !== name);
  return { ...world, children: { seen: child === undefined ? others : [...others, child] } };
}
