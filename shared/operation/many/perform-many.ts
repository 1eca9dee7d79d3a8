/** Does one action of an operation that makes many with one call. All judgement is in `decide-many.ts`. */
import { SoteriaError } from '../../errors.ts';
import type { Known as KnownOf } from '../engine/advance.ts';
import type { KeepAwake } from '../engine/busy-sweep.ts';
import { isFinalRefusal } from '../record/create-or-find.ts';
import { sayingOf, type WakeOther } from '../queue/follow-end.ts';
import { isTerminal, type Operation } from '../record/schema.ts';
import { withAnnounced } from '../record/status.ts';
import type { OperationStore } from '../record/store.ts';
import type { ChildDraft, Many, ManyAction, ManyFact, ManyWorld } from './many.ts';
import { childIdentity } from './name-child.ts';

export interface ManyTools<Source, Look> {
  readonly store: Pick<OperationStore, 'get' | 'create' | 'listChildren' | 'replaceStatus' | 'requestCancel'>;
  readonly keepAwake: KeepAwake;
  readonly wakeOther: WakeOther;
  readonly look: (operation: Operation, source: Source, what: Look, signal: AbortSignal | undefined) => Promise<Source>;
  /** Moves a child, whichever function owns it, and answers it as it is then. `source` is given for a child that was made just now. */
  readonly moveChild: (child: Operation, source: Source | undefined) => Promise<Operation | undefined>;
  readonly announce: (operation: Operation, fact: ManyFact, signal: AbortSignal | undefined) => Promise<void>;
}

type Known<Source> = KnownOf<ManyWorld<Source>>;

interface MadeChild {
  readonly child: Operation;
  readonly isNew: boolean;
}

/** Made, or found made by an earlier wake-up; a text: why there is none. */
async function makeOrFind<Source, Look>(
  many: Many<Source, Look>,
  { store }: ManyTools<Source, Look>,
  parent: Operation,
  { of, name, request }: ChildDraft,
  signal?: AbortSignal,
): Promise<MadeChild | string> {
  const { metadata, spec } = parent;
  const ref = { namespace: metadata.namespace ?? '', name };
  const identity = childIdentity(parent, many.identityPrefix, of);
  const cause = { parent: metadata.name, correlationId: spec.cause?.correlationId ?? metadata.uid };
  const requestedBy = spec.requestedBy === undefined ? {} : { requestedBy: spec.requestedBy };
  const draft = { ...ref, spec: { kind: many.childKind, request, identity, cause, ...requestedBy } };
  try {
    return { child: await store.create(draft, signal), isNew: true };
  } catch (error) {
    if (isFinalRefusal(error)) return error.explanation.why;
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
    const child = await store.get(ref, signal);
    return child?.spec.identity === identity
      ? { child, isNew: false }
      : `operation ${name} exists and is another request's; remove it, then ask again`;
  }
}

async function makeChild<Source, Look>(
  many: Many<Source, Look>,
  tools: ManyTools<Source, Look>,
  { operation, world }: Known<Source>,
  draft: ChildDraft,
  signal?: AbortSignal,
): Promise<ManyWorld<Source>> {
  const made = await makeOrFind(many, tools, operation, draft, signal);
  if (typeof made === 'string') return { ...world, refused: { ...world.refused, [draft.of]: made } };
  const child = (await tools.moveChild(made.child, made.isNew ? world.source : undefined)) ?? made.child;
  return { ...withChild(world, child, isTerminal(child.status?.phase)), made: [...(world.made ?? []), draft.of] };
}

/** With the child as it is now; what was seen of all children is old. */
function withChild<Source>(world: ManyWorld<Source>, child: Operation, hasEnded: boolean): ManyWorld<Source> {
  const { children: _old, ...rest } = world;
  const others = (world.open ?? []).filter(({ metadata }) => metadata.name !== child.metadata.name);
  return { ...rest, open: hasEnded ? others : [...others, child] };
}

/** A child that is gone has nothing more to cancel. */
async function cancelChild<Source, Look>(
  { store, moveChild }: ManyTools<Source, Look>,
  world: ManyWorld<Source>,
  child: Operation,
  signal?: AbortSignal,
): Promise<ManyWorld<Source>> {
  try {
    const asked = await store.requestCancel(child.metadata, signal);
    const moved = (await moveChild(asked, undefined)) ?? asked;
    return withChild(world, moved, isTerminal(moved.status?.phase));
  } catch (error) {
    if (!(error instanceof SoteriaError && error.code === 'not_found')) throw error;
    return withChild(world, child, true);
  }
}

export async function performMany<Source, Look>(
  many: Many<Source, Look>,
  tools: ManyTools<Source, Look>,
  known: Known<Source>,
  action: ManyAction<Look>,
  signal?: AbortSignal,
): Promise<Known<Source>> {
  const { operation, world } = known;
  const { store } = tools;
  switch (action.do) {
    case 'look': {
      if (action.at === 'source') {
        const source = await tools.look(operation, world.source, action.what, signal);
        return { operation, world: { ...world, source } };
      }
      const found = await store.listChildren(operation.metadata, { isOpen: action.at === 'open' }, signal);
      return { operation, world: { ...world, [action.at]: found } };
    }
    case 'record':
      return { operation: await store.replaceStatus(operation, action.status, signal), world };
    case 'keep-awake':
      await tools.keepAwake(operation.metadata, signal);
      return { operation, world: { ...world, isKeptAwake: true } };
    case 'create-child':
      return { operation, world: await makeChild(many, tools, known, action.draft, signal) };
    case 'cancel-child':
      return { operation, world: await cancelChild(tools, world, action.child, signal) };
    case 'ask-again':
      await tools.wakeOther(operation, sayingOf(operation), signal);
      return { operation, world: { ...world, hasAskedAgain: true } };
    case 'announce':
      await tools.announce(operation, action.fact, signal);
      return { operation: withAnnounced(operation, action.fact), world };
    case 'wait':
    case 'rest':
      return known;
  }
}
