/** The columns that `kubectl get` shows for a kind: its own printer columns, or those of kube-apiserver for the built-in kinds. Pure. */
import type { KindDefinition, KindVersion, PrinterColumn } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import {
  isJsonObject,
  objectAt,
  textAt,
  type JsonObject,
  type WireObject,
} from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { encodeJson } from './answer.ts';
import { ageOf } from './human-duration.ts';
import { compileJsonPath } from './json-path.ts';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0: always shown; more: with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: WireObject, now: Date) => unknown;
}

type Cell = Column['cell'];

const nameColumn = column('Name', ({ metadata }) => metadata.name, { format: 'name' });
const ageColumn = column('Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now));

function column(name: string, cell: Cell, rest: Partial<Column> = {}): Column {
  return { name, type: 'string', format: '', description: '', priority: 0, ...rest, cell };
}

function wide(name: string, cell: Cell): Column {
  return column(name, cell, { priority: 1 });
}

const spec = (object: JsonObject) => objectAt(object, 'spec');
const status = (object: JsonObject) => objectAt(object, 'status');
const text = (parent: JsonObject, key: string) => textAt(parent, key) ?? '';

const accessModeNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(holder: JsonObject): string {
  const modes = holder['accessModes'];
  return Array.isArray(modes) ? modes.map((mode) => accessModeNames[String(mode)] ?? String(mode)).join(',') : '';
}

/** A claim that is being deleted is shown as Terminating, whatever its phase. */
function phase(object: WireObject): string {
  return object.metadata.deletionTimestamp === undefined ? text(status(object), 'phase') : 'Terminating';
}

function claimOf(volume: WireObject): string {
  const claim = objectAt(spec(volume), 'claimRef');
  return claim['name'] === undefined ? '' : `${text(claim, 'namespace')}/${text(claim, 'name')}`;
}

function countOf(member: unknown): number {
  return typeof member === 'object' && member !== null ? Object.keys(member).length : 0;
}

function jobState(job: WireObject): string {
  const conditions = status(job)['conditions'];
  const isTrue = (type: string) =>
    Array.isArray(conditions) &&
    conditions.some((one) => isJsonObject(one) && one['type'] === type && one['status'] === 'True');
  if (isTrue('Complete')) return 'Complete';
  if (isTrue('Failed')) return 'Failed';
  return spec(job)['suspend'] === true ? 'Suspended' : 'Running';
}

const builtIn: Readonly<Record<string, readonly Column[]>> = {
  '/namespaces': [column('Status', (object) => text(status(object), 'phase')), ageColumn],
  '/configmaps': [column('Data', (object) => countOf(object['data']) + countOf(object['binaryData'])), ageColumn],
  '/secrets': [
    column('Type', (object) => object['type']),
    column('Data', (object) => countOf(object['data'])),
    ageColumn,
  ],
  '/persistentvolumeclaims': [
    column('Status', phase),
    column('Volume', (object) => text(spec(object), 'volumeName')),
    column('Capacity', (object) => text(objectAt(status(object), 'capacity'), 'storage')),
    column('Access Modes', (object) => accessModes(status(object))),
    column('StorageClass', (object) => text(spec(object), 'storageClassName')),
    ageColumn,
    wide('VolumeMode', (object) => text(spec(object), 'volumeMode')),
  ],
  '/persistentvolumes': [
    column('Capacity', (object) => text(objectAt(spec(object), 'capacity'), 'storage')),
    column('Access Modes', (object) => accessModes(spec(object))),
    column('Reclaim Policy', (object) => text(spec(object), 'persistentVolumeReclaimPolicy')),
    column('Status', phase),
    column('Claim', claimOf),
    column('StorageClass', (object) => text(spec(object), 'storageClassName')),
    column('Reason', (object) => text(status(object), 'reason')),
    ageColumn,
    wide('VolumeMode', (object) => text(spec(object), 'volumeMode')),
  ],
  '/events': [
    column('Last Seen', (object, now) => ageOf(object['lastTimestamp'] ?? object['eventTime'], now)),
    column('Type', (object) => text(object, 'type')),
    column('Reason', (object) => text(object, 'reason')),
    column('Object', (object) => {
      const involved = objectAt(object, 'involvedObject');
      return `${text(involved, 'kind').toLowerCase()}/${text(involved, 'name')}`;
    }),
    column('Message', (object) => text(object, 'message').trim()),
    wide('Count', (object) => object['count'] ?? 1),
  ],
  'batch/jobs': [
    column('Status', jobState),
    column(
      'Completions',
      (object) => `${Number(status(object)['succeeded'] ?? 0)}/${Number(spec(object)['completions'] ?? 1)}`,
    ),
    ageColumn,
  ],
  'storage.k8s.io/storageclasses': [
    column('Provisioner', (object) => object['provisioner']),
    column('ReclaimPolicy', (object) => object['reclaimPolicy'] ?? 'Delete'),
    column('VolumeBindingMode', (object) => object['volumeBindingMode'] ?? 'Immediate'),
    column('AllowVolumeExpansion', (object) => object['allowVolumeExpansion'] ?? false),
    ageColumn,
  ],
  'coordination.k8s.io/leases': [column('Holder', (object) => text(spec(object), 'holderIdentity')), ageColumn],
  'apiextensions.k8s.io/customresourcedefinitions': [
    column('Created At', ({ metadata }) => metadata.creationTimestamp, { type: 'date' }),
  ],
};

export function columnsOf(kind: KindDefinition, version: KindVersion): readonly Column[] {
  const own = version.printerColumns?.map(printed) ?? builtIn[`${kind.group}/${kind.plural}`] ?? [ageColumn];
  return [nameColumn, ...own];
}

function printed({ name, type, jsonPath, priority, description, format }: PrinterColumn): Column {
  const read = compileJsonPath(jsonPath);
  const cell: Cell = (object, now) => cellOf(type, read?.(object) ?? [], now);
  return { name, type, format, description, priority, cell };
}

/** An absent value gives an empty cell. */
function cellOf(type: string, values: readonly unknown[], now: Date): unknown {
  const [value] = values;
  if (value === undefined || value === null) return null;
  if (type === 'date') return ageOf(value, now);
  if (type !== 'string' && typeof value !== 'object') return value;
  return values.map((item) => (typeof item === 'string' ? item : encodeJson(item))).join(' ');
}
