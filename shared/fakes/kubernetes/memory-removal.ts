/**
 * How objects leave the in-memory cluster.
 * 1. What has finalizers is only marked; the write that takes the last one away removes it.
 * 2. A namespace and a CustomResourceDefinition first delete what they hold and go when that is gone.
 * 3. Owner references remove nothing: there is no garbage collector.
 */
import { notAllowed } from './api-refusal.ts';
import type { ClusterClock } from './cluster-clock.ts';
import { isRefusal, type ClusterState } from './cluster-state.ts';
import { establishedStatus, isCustomResourceDefinition, kindOfDefinition } from './custom-kinds.ts';
import type { Admission } from './memory-admission.ts';
import type { KindDefinition } from './memory-kinds.ts';
import type { ObjectTable } from './object-table.ts';
import type { WireObject } from './wire-object.ts';
import { markDeleted } from './write-rules.ts';

export interface Removal {
  /** Deletes as far as finalizers and content allow. */
  begin(
    kind: KindDefinition,
    key: string,
    current: WireObject,
  ): { readonly object: WireObject; readonly isGone: boolean };
  /** Stores an update of an object that is being deleted, or removes it when nothing keeps it any more. */
  release(kind: KindDefinition, key: string, next: WireObject): WireObject;
  /** Makes the kind of a CustomResourceDefinition known; throws a 422 ApiRefusal when it is incomplete. */
  establish(definition: WireObject, isDryRun: boolean): WireObject;
  /** Throws a 405 ApiRefusal while the definition of the kind is being deleted. */
  checkMayCreate(kind: KindDefinition): void;
  namespaces(): ObjectTable;
}

interface Parts {
  readonly state: ClusterState;
  readonly admission: Admission;
  readonly clock: ClusterClock;
}

export function createRemoval({ state, admission, clock }: Parts): Removal {
  const path = { version: 'v1' };
  const namespaces = () => state.resolve({ ...path, group: '', plural: 'namespaces' });
  const definitions = () =>
    state.resolve({ ...path, group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' });

  function begin(kind: KindDefinition, key: string, current: WireObject) {
    const isContainer = isNamespace(kind) || isCustomResourceDefinition(kind);
    if (!isContainer && !hasFinalizers(current)) {
      return { object: removeNow(kind, key, current), isGone: true };
    }
    const isMarked = current.metadata.deletionTimestamp !== undefined;
    const marked = isMarked ? current : state.commit(kind, key, mark(kind, current));
    if (isContainer) {
      for (const content of contentOf(kind, marked)) deleteContent(content);
      finishContainer(kind, key);
    }
    return { object: marked, isGone: false };
  }

  function mark(kind: KindDefinition, current: WireObject): WireObject {
    const marked = markDeleted(current, clock.now());
    return isNamespace(kind) ? { ...marked, status: { phase: 'Terminating' } } : marked;
  }

  interface Content {
    readonly kind: KindDefinition;
    readonly key: string;
    readonly object: WireObject;
  }

  function contentOf(container: KindDefinition, object: WireObject): Content[] {
    const isInside = isNamespace(container)
      ? (kind: KindDefinition) => kind.isNamespaced && kind.refusal === undefined
      : (kind: KindDefinition) => kind.isCustom && definitionName(kind) === object.metadata.name;
    const prefix = isNamespace(container) ? `${object.metadata.name}/` : '';
    return state
      .kinds()
      .filter(isInside)
      .flatMap((kind) =>
        [...state.tableOf(kind).scan(prefix)].map(([key, content]) => ({ kind, key, object: content })),
      );
  }

  /** A webhook may refuse the deletion of content; the container then stays, as it does on a real cluster. */
  function deleteContent({ kind, key, object }: Content): void {
    try {
      admission.review(kind, { operation: 'DELETE', object, oldObject: object, isDryRun: false });
    } catch (thrown) {
      if (isRefusal(thrown)) return;
      throw thrown;
    }
    begin(kind, key, object);
  }

  function removeNow(kind: KindDefinition, key: string, last: WireObject): WireObject {
    const removed = state.remove(kind, key, last);
    const { namespace } = last.metadata;
    if (namespace !== undefined) finishContainer(namespaces().kind, namespace);
    if (kind.isCustom) finishContainer(definitions().kind, definitionName(kind));
    return removed;
  }

  function finishContainer(kind: KindDefinition, name: string): void {
    const container = state.tableOf(kind).get(name);
    if (container?.metadata.deletionTimestamp === undefined) return;
    if (hasFinalizers(container) || holdsContent(kind, container)) return;
    state.remove(kind, name, container);
    if (!isNamespace(kind)) state.unregister(kindOfDefinition(container));
  }

  function holdsContent(kind: KindDefinition, container: WireObject): boolean {
    if (isNamespace(kind)) return state.countIn(container.metadata.name) > 0;
    return state.tableOf(kindOfDefinition(container)).size > 0;
  }

  return {
    begin,
    release(kind, key, next) {
      const isContainer = isNamespace(kind) || isCustomResourceDefinition(kind);
      if (!isContainer) return removeNow(kind, key, next);
      const stored = state.commit(kind, key, next);
      finishContainer(kind, key);
      return stored;
    },
    establish(definition, isDryRun) {
      const kind = kindOfDefinition(definition);
      if (!isDryRun) state.register(kind);
      return { ...definition, status: establishedStatus(definition, clock.now()) };
    },
    checkMayCreate(kind) {
      if (!kind.isCustom) return;
      const definition = definitions().table.get(definitionName(kind));
      if (definition?.metadata.deletionTimestamp === undefined) return;
      throw notAllowed('create not allowed while custom resource definition is terminating');
    },
    namespaces: () => namespaces().table,
  };
}

function isNamespace(kind: KindDefinition): boolean {
  return kind.group === '' && kind.plural === 'namespaces';
}

function definitionName(kind: KindDefinition): string {
  return `${kind.plural}.${kind.group}`;
}

function hasFinalizers(object: WireObject): boolean {
  return (object.metadata.finalizers ?? []).length > 0;
}
