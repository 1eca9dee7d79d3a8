/** Puts an object into an in-memory cluster as it is given, past admission and validation. */
import { SoteriaError } from '../../errors.ts';
import type { ClusterClock } from './cluster-clock.ts';
import { keyOf, type ClusterState } from './cluster-state.ts';
import { isCustomResourceDefinition, kindOfDefinition } from './custom-kinds.ts';
import { groupVersion, type KindDefinition } from './memory-kinds.ts';
import { objectAt, textAt, type JsonObject, type WireObject } from './wire-object.ts';
import { storedApiVersion } from './write-rules.ts';

/** Throws `invalid_request` when the kind is unknown or the object has no name. */
export function seedObject(state: ClusterState, clock: ClusterClock, object: JsonObject): void {
  const kind = kindOf(state, object);
  const given = objectAt(object, 'metadata');
  const name = textAt(given, 'name');
  if (name === undefined) throw cannotSeed(object, 'it has no metadata.name', 'name it');
  const namespace = kind.isNamespaced ? (textAt(given, 'namespace') ?? 'default') : undefined;
  if (namespace !== undefined) ensureNamespace(state, clock, namespace);
  const metadata = {
    uid: clock.makeUid(),
    creationTimestamp: clock.now(),
    ...(kind.hasGeneration ? { generation: 1 } : {}),
    ...given,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    resourceVersion: '',
  };
  const { status } = object;
  const completed = kind.complete?.({ ...object, metadata }, clock.now()) ?? { ...object, metadata };
  const seeded: WireObject = {
    ...completed,
    apiVersion: storedApiVersion(kind),
    kind: kind.kind,
    metadata,
    ...(status === undefined ? {} : { status }),
  };
  if (isCustomResourceDefinition(kind)) state.register(kindOfDefinition(seeded));
  state.commit(kind, keyOf(kind, namespace, name), seeded);
}

function ensureNamespace(state: ClusterState, clock: ClusterClock, name: string): void {
  const { table } = state.resolve({ group: '', version: 'v1', plural: 'namespaces' });
  if (table.get(name) !== undefined) return;
  seedObject(state, clock, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

function kindOf(state: ClusterState, object: JsonObject): KindDefinition {
  const found = state
    .kinds()
    .find(
      (kind) =>
        kind.kind === object['kind'] &&
        kind.versions.some((version) => groupVersion(kind.group, version.name) === object['apiVersion']),
    );
  if (found !== undefined) return found;
  const fix = 'register the kind or seed its CustomResourceDefinition first';
  throw cannotSeed(object, `kind ${String(object['kind'])} of ${String(object['apiVersion'])} is unknown`, fix);
}

function cannotSeed(object: JsonObject, why: string, fix: string): SoteriaError {
  const name = textAt(objectAt(object, 'metadata'), 'name') ?? '(no name)';
  return new SoteriaError('invalid_request', { what: `could not seed "${name}"`, why, fix });
}
