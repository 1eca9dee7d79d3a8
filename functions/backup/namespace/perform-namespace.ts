/** Does one action of the backup of a namespace with one call. All judgement is in `decide-namespace.ts`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { Known } from '@soteria/shared/operation/advance.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import type { Tools } from '../longhorn/perform.ts';
import type { NamespaceAction, NamespaceWorld } from './world.ts';

export interface NamespaceTools extends Pick<Tools, 'store' | 'cluster' | 'keepAwake'> {
  /** Moves a child at once; what hinders it is its own. */
  readonly moveChild: (child: ObjectRef, signal: AbortSignal | undefined) => Promise<void>;
  /** Has the operation looked at once more, in another wake-up. */
  readonly askAgain: (operation: Operation, signal: AbortSignal | undefined) => Promise<void>;
}

type CreateChild = Extract<NamespaceAction, { do: 'create-child' }>;

/** Made, or found made by an earlier wake-up: its name follows from its parent. */
async function makeChild(tools: NamespaceTools, parent: Operation, draft: CreateChild, signal?: AbortSignal) {
  const { metadata, spec } = parent;
  const ref = { namespace: metadata.namespace ?? '', name: draft.name };
  const cause = { parent: metadata.name, correlationId: spec.cause?.correlationId ?? metadata.uid };
  const identity = `namespace:${metadata.uid}:${draft.request.pvc ?? ''}`;
  const requestedBy = spec.requestedBy === undefined ? {} : { requestedBy: spec.requestedBy };
  try {
    await tools.store.create(
      { ...ref, spec: { kind: 'Backup', request: draft.request, identity, cause, ...requestedBy } },
      signal,
    );
  } catch (error) {
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
  }
  await tools.moveChild(ref, signal);
  return tools.store.get(ref, signal);
}

export async function performOnNamespace(
  tools: NamespaceTools,
  known: Known<NamespaceWorld>,
  action: NamespaceAction,
  signal?: AbortSignal,
): Promise<Known<NamespaceWorld>> {
  const { operation, world } = known;
  const { store, cluster } = tools;
  const { namespace = '', name: parent } = operation.metadata;
  switch (action.do) {
    case 'look-at-claims':
      return { operation, world: { ...world, claims: await cluster.listClaims(namespace, signal) } };
    case 'look-at-children': {
      const all = await store.list({ namespace }, signal);
      return { operation, world: { ...world, children: all.filter(({ spec }) => spec.cause?.parent === parent) } };
    }
    case 'look-at-volume': {
      const seen = await cluster.getPersistentVolume(action.name, signal);
      return { operation, world: { ...world, persistentVolume: { name: action.name, seen } } };
    }
    case 'keep-awake':
      await tools.keepAwake(operation.metadata, signal);
      return { operation, world: { ...world, isKeptAwake: true } };
    case 'record':
      return { operation: await store.replaceStatus(operation, action.status, signal), world };
    case 'create-child': {
      const child = await makeChild(tools, operation, action, signal);
      const children = [...(world.children ?? []), ...(child === undefined ? [] : [child])];
      return { operation, world: { ...world, children, madeCount: (world.madeCount ?? 0) + 1 } };
    }
    case 'cancel-child': {
      const child = { namespace, name: action.name };
      await store.requestCancel(child, signal);
      await tools.moveChild(child, signal);
      const { children: _children, ...rest } = world;
      return { operation, world: rest };
    }
    case 'ask-again':
      await tools.askAgain(operation, signal);
      return { operation, world: { ...world, hasAskedAgain: true } };
    case 'wait':
    case 'rest':
      return known;
  }
}
