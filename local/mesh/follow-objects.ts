/** Keeps the running parts in step with the objects of one kind: starts, changes and ends them as the API server's list says. */
import { SoteriaError, toSoteriaError } from '@soteria/shared/errors.ts';
import type { ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import type { UntypedObject } from './manifest/knative-types.ts';
import { watchForEver } from './watch-for-ever.ts';
import type { WatchParts } from './watch-for-ever.ts';

export interface Followed {
  /** Takes up a new or changed object in place of what it was before; throws a SoteriaError to refuse it. */
  readonly take: (object: UntypedObject) => Promise<void> | void;
  /** Ends the part of that name; also called before a refusal is reported. */
  readonly drop: (name: string) => Promise<void> | void;
  /** Removes the finalizer of an object that is being deleted. */
  readonly release?: (object: UntypedObject) => Promise<void>;
}

/**
 * Resolves after the first complete list was taken up. Throws when the mesh refuses an object of that list, because a start
 * with half the manifests is no start; a refusal later is a warning, and the object does not run.
 */
export async function followObjects(
  parts: WatchParts & { readonly namespace: string },
  type: ResourceType<UntypedObject>,
  { take, drop, release }: Followed,
): Promise<void> {
  /** Name → the members of the object that decide how it runs. */
  const known = new Map<string, string>();
  let isFirst = true;
  const refusals: SoteriaError[] = [];

  async function takeUp(object: UntypedObject): Promise<void> {
    const { name, annotations, labels, deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) {
      await release?.(object);
      return;
    }
    const essence = JSON.stringify([object['spec'], annotations, labels]);
    if (known.get(name) === essence) return;
    known.set(name, essence);
    try {
      await take(object);
    } catch (thrown) {
      if (isFirst) {
        refusals.push(toSoteriaError(thrown));
        return;
      }
      await drop(name);
      const { what, why, fix } = toSoteriaError(thrown).explanation;
      parts.onActivity({ kind: 'warning', message: `${what}: ${why}; ${fix}` });
    }
  }

  async function unfollow(name: string): Promise<void> {
    if (known.delete(name)) await drop(name);
  }

  // A list first, apart from the watch: when the kind itself is missing, the start fails and reports it.
  await parts.client.list(type, { namespace: parts.namespace, limit: 1 }, { signal: parts.signal });
  await watchForEver(parts, type, { namespace: parts.namespace }, async (change) => {
    if (change.type === 'resync') {
      const present = new Set(change.objects.map((object) => object.metadata.name));
      for (const name of known.keys()) if (!present.has(name)) await unfollow(name);
      for (const object of change.objects) await takeUp(object);
      isFirst = false;
    } else if (change.type === 'deleted') {
      await unfollow(change.object.metadata.name);
    } else {
      await takeUp(change.object);
    }
  });
  if (refusals.length > 0) throw joinRefusals(refusals);
}

function joinRefusals(refusals: readonly SoteriaError[]): SoteriaError | undefined {
  const [first] = refusals;
  if (refusals.length === 1 || first === undefined) return first;
  const { what, fix } = first.explanation;
  const why = refusals.map((one) => `${one.explanation.what}: ${one.explanation.why}`).join('. ');
  return new SoteriaError('invalid_request', { what: `${what} and ${refusals.length - 1} more`, why, fix });
}
