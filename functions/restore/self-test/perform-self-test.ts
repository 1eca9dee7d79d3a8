/** Does one action with one call, and answers what is now known. All judgement is in `decide-self-test.ts`. */
import type { Known as KnownOf } from '@soteria/shared/operation/engine/advance.ts';
import type { KeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { createOrFind, deleteUnlessRefused, isFinalRefusal } from '@soteria/shared/operation/record/create-or-find.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { withAnnounced } from '@soteria/shared/operation/record/status.ts';
import type { Claims } from '../../../drivers/restore/claims.ts';
import type { Look } from '../../../drivers/restore/world.ts';
import { lookAtSelfTest, type SelfTestLookers } from './look-at-self-test.ts';
import type { LonghornRestores } from '@soteria/shared/longhorn/port-restore.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { LonghornInstallation } from './longhorn-installation.ts';
import type { SelfTestVerdicts } from './verdicts.ts';
import type { SelfTestAction, SelfTestFact, SelfTestRules, SelfTestWorld } from './world.ts';

/** What only self-tests need. */
export interface SelfTestParts {
  readonly rules: SelfTestRules;
  readonly longhorn: LonghornInstallation;
  readonly port: Longhorn;
  readonly restores: LonghornRestores;
  readonly verdicts: SelfTestVerdicts;
  readonly announce: (operation: Operation, fact: SelfTestFact, signal: AbortSignal | undefined) => Promise<void>;
}

export interface SelfTestTools extends SelfTestLookers {
  readonly claims: Claims;
  readonly selfTest: SelfTestParts;
  /** The sweep comes more often while something runs. */
  readonly keepAwake: KeepAwake;
  /** Wakes the function that moves it: this one or another. */
  readonly moveChild: (child: Operation, signal: AbortSignal | undefined) => Promise<void>;
}

type Known = KnownOf<SelfTestWorld>;

/** Creates, or finds what has the name already: whose it is, is decided from its marks. A final refusal is something to decide about. */
async function tryToCreate<T>(
  { operation, world }: Known,
  create: () => Promise<T>,
  find: () => Promise<T | undefined>,
  put: (found: Look<T>) => SelfTestWorld,
): Promise<Known> {
  try {
    return { operation, world: put(await createOrFind(create, find)) };
  } catch (error) {
    if (isFinalRefusal(error)) return { operation, world: { ...world, refusal: error } };
    throw error;
  }
}

function without(world: SelfTestWorld, ...keys: readonly (keyof SelfTestWorld)[]): SelfTestWorld {
  return Object.fromEntries(Object.entries(world).filter(([key]) => !keys.some((one) => one === key)));
}

type CreateChild = Extract<SelfTestAction, { do: 'create-child' }>;

async function makeChild(
  tools: SelfTestTools,
  known: Known,
  action: CreateChild,
  signal?: AbortSignal,
): Promise<Known> {
  const { operation, world } = known;
  const { metadata, spec } = operation;
  const { kind, name, request } = action;
  const ref = { namespace: metadata.namespace ?? '', name };
  const at = kind === 'Backup' ? 'backup' : 'restore';
  const requestedBy = spec.requestedBy === undefined ? {} : { requestedBy: spec.requestedBy };
  const cause = { parent: metadata.name, correlationId: spec.cause?.correlationId ?? metadata.uid };
  const draft = {
    ...ref,
    spec: { kind, request, identity: `self-test:${metadata.uid}:${kind}`, ...requestedBy, cause },
  };
  const next = await tryToCreate(
    known,
    () => tools.store.create(draft, signal),
    () => tools.store.get(ref, signal),
    (found) => ({ ...world, [at]: found }),
  );
  const child = next.world[at]?.seen;
  if (child === undefined || child.spec.cause?.parent !== metadata.name) return next;
  await tools.moveChild(child, signal);
  // It may have got far already.
  return { operation, world: { ...next.world, [at]: { seen: (await tools.store.get(ref, signal)) ?? child } } };
}

export async function performSelfTest(
  tools: SelfTestTools,
  known: Known,
  action: SelfTestAction,
  signal?: AbortSignal,
): Promise<Known> {
  const { operation, world } = known;
  const { store, claims, cluster, proofs, selfTest } = tools;
  const { namespace = '' } = operation.metadata;
  switch (action.do) {
    case 'look':
      return { operation, world: await lookAtSelfTest(tools, known, action.at, signal) };
    case 'keep-awake':
      await tools.keepAwake(operation.metadata, signal);
      return { operation, world: { ...world, isKeptAwake: true } };
    case 'record':
      return {
        operation: await store.replaceStatus(operation, action.status, signal),
        // The claim is looked at again: meanwhile it may be bound.
        world: without(world, 'refusal', 'claim'),
      };
    case 'create-claim': {
      const find = () => cluster.getClaim(namespace, action.draft.metadata.name ?? '', signal);
      return tryToCreate(
        known,
        () => claims.createClaim(action.draft, signal),
        find,
        (claim) => ({ ...world, claim }),
      );
    }
    case 'create-job': {
      const find = () => proofs.get(namespace, action.draft.metadata.name ?? '', signal);
      return tryToCreate(
        known,
        () => proofs.create(action.draft, signal),
        find,
        (job) => ({ ...world, [action.at]: job }),
      );
    }
    case 'create-child':
      return makeChild(tools, known, action, signal);
    case 'cancel-child': {
      const { metadata } = action.child;
      await store.requestCancel({ namespace, name: metadata.name }, signal);
      await tools.moveChild(action.child, signal);
      return { operation, world: without(world, 'backup', 'restore') };
    }
    case 'delete-job':
      await proofs.delete(namespace, action.job.name, action.job.uid, signal);
      return {
        operation,
        world: { ...world, [action.at]: { seen: undefined }, ...(action.isRunning ? { mayBeMounted: true } : {}) },
      };
    case 'delete-claim':
      await claims.deleteClaim({ namespace, name: action.claim.name, uid: action.claim.uid }, signal);
      // Unless a Pod may have it mounted, it is not waited for: its volume can go.
      return action.at === 'claim' && world.mayBeMounted === true
        ? { operation, world: without(world, 'claim') }
        : { operation, world: { ...world, [action.at]: { seen: undefined } } };
    case 'delete-persistent-volume':
      await claims.deletePersistentVolume(action.persistentVolume.name, action.persistentVolume.uid, signal);
      return { operation, world: { ...world, [action.at]: { seen: undefined } } };
    case 'delete-volume':
      // A volume that Longhorn refuses to delete for good stays: linked clones stand on it.
      await deleteUnlessRefused(() => selfTest.restores.deleteVolume(action.volume.name, action.volume.uid, signal));
      return { operation, world: { ...world, [action.at]: { seen: undefined } } };
    case 'delete-backup':
      await selfTest.port.backups.delete(action.backup.name, action.backup.uid, signal);
      return { operation, world: without(world, 'points') };
    case 'delete-description':
      await selfTest.restores.deleteDescription(action.description.name, action.description.uid, signal);
      return { operation, world: without(world, 'descriptions') };
    case 'keep-verdict':
      await selfTest.verdicts.keep(action.verdict, signal);
      return { operation, world: { ...world, isVerdictKept: true } };
    case 'announce':
      await selfTest.announce(operation, action.fact, signal);
      return { operation: withAnnounced(operation, action.fact), world };
    case 'wait':
    case 'rest':
      return known;
  }
}
