/** The verbs of the Kubernetes API on objects and collections. */
import { ApiRefusal, badRequest, notAllowed, unknownResource } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { servedVersion } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import type { CollectionPath, Deletion, ObjectPath } from '@soteria/shared/fakes/kubernetes/raw-api.ts';
import type { JsonObject, WireObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import type { Answer, Incoming } from './answer.ts';
import { choosePatch } from './choose-patch.ts';
import type { Target } from './parse-target.ts';
import { planWatch } from './plan-watch.ts';
import { parseText, readObjectBody, readOptionsBody } from './read-body.ts';
import { isTrue, readDeleteOptions, readDryRun, readListQuery, readSelectors } from './read-query.ts';
import { chooseRepresentation, showList, showObject, type Shown } from './represent.ts';

export function serveObjects(cluster: MemoryCluster, now: () => Date, target: Target, incoming: Incoming): Answer {
  if (target.type === 'collection') return serveCollection(cluster, now, target.path, incoming);
  const { path, subresource } = target;
  if (subresource !== undefined && subresource !== 'status') {
    throw new ApiRefusal(404, 'NotFound', `the local store has no subresource "${subresource}" of ${path.plural}`, {});
  }
  return serveObject(cluster, now, path, subresource, incoming);
}

function serveCollection(cluster: MemoryCluster, now: () => Date, path: CollectionPath, incoming: Incoming): Answer {
  const { api } = cluster;
  const { query } = incoming;
  const present = () => shownAs(cluster, now, path, incoming);
  switch (incoming.method) {
    case 'GET': {
      if (isTrue(query, 'watch')) {
        const revision = () => cluster.revision;
        return { watch: planWatch({ api, path, query, present, revision }) };
      }
      const { items, resourceVersion, continueToken, remainingItemCount } = api.list(path, readListQuery(query));
      const more = continueToken === undefined ? {} : { continue: continueToken };
      const rest = remainingItemCount === undefined ? {} : { remainingItemCount };
      return { status: 200, json: showList(present(), items, { resourceVersion, ...more, ...rest }) };
    }
    case 'POST': {
      const shown = present();
      const made = api.create(path, readObjectBody(incoming), { isDryRun: readDryRun(query) });
      return { status: 201, json: showObject(shown, made) };
    }
    case 'DELETE':
      return deleteCollection(cluster, path, incoming, present());
    default:
      throw wrongMethod();
  }
}

function deleteCollection(cluster: MemoryCluster, path: CollectionPath, incoming: Incoming, shown: Shown): Answer {
  const { api } = cluster;
  const options = readDeleteOptions(incoming.query, readOptionsBody(incoming));
  const { items } = api.list(path, readSelectors(incoming.query));
  for (const { metadata } of items) {
    try {
      api.delete({ ...path, namespace: metadata.namespace, name: metadata.name }, options);
    } catch (thrown) {
      if (!(thrown instanceof ApiRefusal) || thrown.code !== 404) throw thrown;
    }
  }
  return { status: 200, json: showList(shown, items, { resourceVersion: String(cluster.revision) }) };
}

function serveObject(
  cluster: MemoryCluster,
  now: () => Date,
  path: ObjectPath,
  subresource: 'status' | undefined,
  incoming: Incoming,
): Answer {
  const { api } = cluster;
  const { query } = incoming;
  const shown = (object: WireObject) => showObject(shownAs(cluster, now, path, incoming), object);
  const options = () => ({ isDryRun: readDryRun(query), subresource });
  switch (incoming.method) {
    case 'GET':
      if (isTrue(query, 'watch'))
        throw badRequest(`watch the collection with fieldSelector=metadata.name=${path.name}`);
      return { status: 200, json: shown(api.get(path)) };
    case 'PUT':
      return { status: 200, json: shown(api.update(path, readObjectBody(incoming), options())) };
    case 'PATCH': {
      const change = choosePatch(incoming.contentType, parseText(incoming.body.toString()));
      return { status: 200, json: shown(api.patch(path, change, options())) };
    }
    case 'DELETE': {
      if (subresource !== undefined) throw wrongMethod();
      const deletion = api.delete(path, readDeleteOptions(query, readOptionsBody(incoming)));
      return { status: 200, json: deletion.isGone ? goneStatus(path, deletion) : shown(deletion.object) };
    }
    default:
      throw wrongMethod();
  }
}

function goneStatus({ group, plural, name }: ObjectPath, { object }: Deletion): JsonObject {
  const details = { name, ...(group === '' ? {} : { group }), kind: plural, uid: object.metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

function shownAs(cluster: MemoryCluster, now: () => Date, path: CollectionPath, incoming: Incoming): Shown {
  const kind = cluster.kinds().find(({ group, plural }) => group === path.group && plural === path.plural);
  const version = kind === undefined ? undefined : servedVersion(kind, path.version);
  if (kind === undefined || version === undefined) throw unknownResource();
  if (kind.refusal !== undefined) throw notAllowed(kind.refusal);
  const asked = incoming.query.get('includeObject');
  const includeObject = asked === 'None' || asked === 'Object' ? asked : 'Metadata';
  return { kind, version, as: chooseRepresentation(incoming.accept), includeObject, now: now() };
}

function wrongMethod(): ApiRefusal {
  return notAllowed('the server does not allow this method on the requested resource');
}
