/** How an object or a list goes over the wire: as itself, as a Table for kubectl, or as its metadata only. Pure. */
import { groupVersion, type KindDefinition, type KindVersion } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { without, type JsonObject, type WireObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { columnsOf } from './table-columns.ts';

export type Representation = 'object' | 'table' | 'metadata';

export interface Shown {
  readonly kind: KindDefinition;
  readonly version: KindVersion;
  readonly as: Representation;
  /** What each row of a Table carries beside its cells. */
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  readonly now: Date;
}

/** The first representation in the Accept header that the store offers; plain JSON when it offers none of them. */
export function chooseRepresentation(accept: string | undefined): Representation {
  for (const range of (accept ?? '').split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (type !== 'application/json') continue;
    if (as === undefined) return 'object';
    if (!parameters.includes('v=v1')) continue;
    if (as === 'Table') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  return 'object';
}

export function showObject(shown: Shown, object: WireObject): JsonObject {
  if (shown.as === 'table') return table(shown, [object], { resourceVersion: object.metadata.resourceVersion });
  return shown.as === 'metadata' ? metadataOf(object) : object;
}

export function showList(shown: Shown, items: readonly WireObject[], metadata: JsonObject): JsonObject {
  if (shown.as === 'table') return table(shown, items, metadata);
  if (shown.as === 'metadata') {
    return {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      items: items.map(metadataOf),
    };
  }
  const { kind, version } = shown;
  const apiVersion = groupVersion(kind.group, version.name);
  return { kind: kind.listKind, apiVersion, metadata, items: items.map((item) => listItem(kind, item)) };
}

/** The real server leaves apiVersion and kind out of the items of built-in lists, so code that relies on them must fail here too. */
function listItem(kind: KindDefinition, item: WireObject): JsonObject {
  return kind.isCustom ? item : without(item, 'apiVersion', 'kind');
}

function metadataOf({ metadata }: WireObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function table(shown: Shown, items: readonly WireObject[], metadata: JsonObject): JsonObject {
  const columns = columnsOf(shown.kind, shown.version);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    rows: items.map((item) => ({
      cells: columns.map(({ cell }) => cell(item, shown.now)),
      ...rowObject(shown, item),
    })),
  };
}

function rowObject({ includeObject }: Shown, item: WireObject): JsonObject {
  if (includeObject === 'None') return {};
  return { object: includeObject === 'Object' ? item : metadataOf(item) };
}
