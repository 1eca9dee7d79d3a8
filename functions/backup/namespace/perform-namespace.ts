/** Does one action of the backup of a namespace with one call. All judgement is in `decide-namespace.ts`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { Beginning, Known } from '@soteria/shared/operation/engine/advance.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Tools } from '../longhorn/tools.ts';
import type { World } from '../longhorn/world.ts';
import type { ChildDraft, NamespaceAction, NamespaceWorld } from './world.ts';

export interface NamespaceTools extends Pick<Tools, 'store' | 'cluster' | 'keepAwake'> {
  /** Moves a child at once, and answers it as it is then; what hinders it is its own. */
  readonly moveChild: (child: ObjectRef, beginning: Beginning<World>) => Promise<Operation | undefined>;
  /** Has the operation looked at once more, in another wake-up. */
  readonly askAgain: (operation: Operation, signal: AbortSignal | undefined) => Promise<void>;
}

/** Made, or found made by an earlier wake-up: its name follows from its parent. */
async function makeChild(
  { store, moveChild }: NamespaceTools,
  { metadata, spec }: Operation,
  { name, request, claim, persistentVolume }: ChildDraft,
  signal?: AbortSignal,
): Promise<Operation | undefined> {
  const ref = { namespace: metadata.namespace ?? '', name };
  const cause = { parent: metadata.name, correlationId: spec.cause?.correlationId ?? metadata.uid };
  const identity = `namespace:${metadata.uid}:${request.pvc ?? ''}`;
  const requestedBy = spec.requestedBy === undefined ? {} : { requestedBy: spec.requestedBy };
  try {
    const child = await store.create(
      { ...ref, spec: { kind: 'Backup', request, identity, cause, ...requestedBy } },
      signal,
    );
    const seen = (): World => ({
      claim: { seen: claim },
      persistentVolume: { seen: persistentVolume },
      hasNoTwin: true,
    });
    return (await moveChild(ref, { operation: child, isMade: true, seen })) ?? child;
  } catch (error) {
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
    return (await moveChild(ref, {})) ?? store.get(ref, signal);
  }
}

/** With the child as it is now; what has ended is not open. */
function withChild(open: readonly Operation[] | undefined, name: string, child: Operation | undefined): Operation[] {
  const others = (open ?? []).filter(({ metadata }) => metadata.name !== name);
  return child === undefined || isTerminal(child.status?.phase) ? others : [...others, child];
}

export async function performOnNamespace(
  tools: NamespaceTools,
  known: Known<NamespaceWorld>,
  action: NamespaceAction,
  signal?: AbortSignal,
): Promise<Known<NamespaceWorld>> {
  const { operation, world } = known;
  const { store, cluster } = tools;
  const { namespace = '' } = operation.metadata;
  switch (action.do) {
    case 'look-at-open':
      return {
        operation,
        world: { ...world, open: await store.listChildren(operation.metadata, { isOpen: true }, signal) },
      };
    case 'look-at-claims':
      return { operation, world: { ...world, claims: await cluster.listClaims(namespace, signal) } };
    case 'look-at-volumes': {
      const looks = action.names.map(
        async (name) => [name, { seen: await cluster.getPersistentVolume(name, signal) }] as const,
      );
      const persistentVolumes = { ...world.persistentVolumes, ...Object.fromEntries(await Promise.all(looks)) };
      return { operation, world: { ...world, persistentVolumes } };
    }
    case 'look-at-children': {
      const children = await store.listChildren(operation.metadata, { isOpen: false }, signal);
      return { operation, world: { ...world, children } };
    }
    case 'keep-awake':
      await tools.keepAwake(operation.metadata, signal);
      return { operation, world: { ...world, isKeptAwake: true } };
    case 'record':
      return { operation: await store.replaceStatus(operation, action.status, signal), world };
    case 'create-child': {
      const { draft } = action;
      const child = await makeChild(tools, operation, draft, signal);
      const made = [...(world.made ?? []), draft.claim.metadata.name];
      return { operation, world: { ...world, made, open: withChild(world.open, draft.name, child) } };
    }
    case 'cancel-child': {
      const child = { namespace, name: action.name };
      const asked = await store.requestCancel(child, signal);
      const moved = (await tools.moveChild(child, { operation: asked })) ?? asked;
      return { operation, world: { ...world, open: withChild(world.open, action.name, moved) } };
    }
    case 'ask-again':
      await tools.askAgain(operation, signal);
      return { operation, world: { ...world, hasAskedAgain: true } };
    case 'wait':
    case 'rest':
      return known;
  }
}
