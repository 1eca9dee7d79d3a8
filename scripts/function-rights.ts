/** What each function may do, by the roles that the manifests bind to its ServiceAccount. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';

/** One verb on one resource. */
export interface Right {
  readonly function: string;
  /** Empty: the core group. */
  readonly group: string;
  /** `operations/status` for a subresource. */
  readonly resource: string;
  readonly verb: string;
  /** Undefined: everywhere. */
  readonly namespace?: string;
  /** Only objects of these names; undefined: any. */
  readonly names?: readonly string[];
}

const rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
});
const metadata = z.object({ name: z.string(), namespace: z.string().optional() });
const manifest = z.object({
  kind: z.string(),
  metadata: metadata.optional(),
  rules: z.array(rule).optional(),
  roleRef: z.object({ kind: z.string(), name: z.string() }).optional(),
  subjects: z.array(z.object({ kind: z.string(), name: z.string() })).optional(),
});
type Manifest = z.infer<typeof manifest>;

const baseDir = 'deploy/knative/base';

/**
 * By function, then by resource and verb. Each folder with a Knative Service is a function; another ServiceAccount in that folder is that of the
 * function's Jobs and has rows under its own name.
 */
export function readFunctionRights(root: string): Right[] {
  // What a function may do in a namespace that is not its own stands in that namespace's folder.
  const all = globSync(`${baseDir}/*/*.yaml`, { cwd: root }).flatMap((path) => readManifests(join(root, path)));
  const rights = globSync(`${baseDir}/*/service.yaml`, { cwd: root }).flatMap((path) => {
    const folder = join(root, path, '..');
    const manifests = globSync('*.yaml', { cwd: folder }).flatMap((file) => readManifests(join(folder, file)));
    const accounts = manifests.filter(({ kind }) => kind === 'ServiceAccount');
    return accounts.flatMap(({ metadata: its }) => (its === undefined ? [] : rightsOf(its.name, all)));
  });
  return rights.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

function keyOf({ function: name, group, resource, namespace, verb }: Right): string {
  return [name, group, resource, namespace ?? '', String(verbOrder.indexOf(verb)).padStart(2, '0')].join(' ');
}

const verbOrder = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

function readManifests(path: string): Manifest[] {
  const documents = parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as unknown);
  return documents.filter((document) => document !== null).map((document) => manifest.parse(document));
}

function rightsOf(name: string, manifests: readonly Manifest[]): Right[] {
  const bound = manifests.filter(({ subjects = [] }) =>
    subjects.some((subject) => subject.kind === 'ServiceAccount' && subject.name === name),
  );
  return bound.flatMap((binding) => {
    const role = manifests.find(
      ({ kind, metadata: its }) =>
        kind === binding.roleRef?.kind &&
        its?.name === binding.roleRef.name &&
        (kind === 'ClusterRole' || its.namespace === binding.metadata?.namespace),
    );
    const scope = binding.kind === 'ClusterRoleBinding' ? {} : { namespace: binding.metadata?.namespace ?? '' };
    return (role?.rules ?? []).flatMap((one) => expand(name, one, scope));
  });
}

function expand(name: string, one: z.infer<typeof rule>, scope: { namespace?: string }): Right[] {
  const limits = one.resourceNames === undefined ? scope : { ...scope, names: one.resourceNames };
  return one.apiGroups.flatMap((group) =>
    one.resources.flatMap((resource) =>
      one.verbs.map((verb): Right => Object.assign({ function: name, group, resource, verb }, limits)),
    ),
  );
}

/** Markdown: a row for each function, resource and place. */
export function rightsTable(rights: readonly Right[], verbText: (right: Right) => string = ({ verb }) => verb): string {
  const rows = new Map<string, { cells: readonly string[]; verbs: string[] }>();
  for (const right of rights) {
    const cells = [`\`${right.function}\``, resourceText(right), placeText(right)];
    const key = cells.join('|');
    const row = rows.get(key) ?? { cells, verbs: [] };
    row.verbs.push(verbText(right));
    rows.set(key, row);
  }
  const lines = [...rows.values()].map(({ cells: [name, resource, place], verbs }) =>
    ['', name, resource, verbs.join(', '), place, ''].join(' | ').trim(),
  );
  return ['| function | resource | may | where |', '|---|---|---|---|', ...lines].join('\n');
}

function resourceText({ group, resource }: Right): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function placeText({ namespace, names }: Right): string {
  const place = namespace === undefined ? 'everywhere' : `\`${namespace}\``;
  return names === undefined ? place : `${place}, only ${foldShards(names).join(', ').replaceAll(', to ', ' to ')}`;
}

/** One record in many objects: `name-0` to `name-f`. */
function foldShards(names: readonly string[]): string[] {
  const isBetween = (name: string) => /-[1-9a-e]$/.test(name) && names.includes(name.replace(/.$/, '0'));
  const isLast = (name: string) => name.endsWith('-f') && names.includes(name.replace(/.$/, '0'));
  return names.filter((name) => !isBetween(name)).map((name) => (isLast(name) ? `to \`${name}\`` : `\`${name}\``));
}
