/** From a CustomResourceDefinition to the kinds it serves, and to the status the server gives it. Pure. */
import { invalid, type FieldCause, type NamedResource } from './api-refusal.ts';
import type { KindDefinition, KindVersion, PrinterColumn } from './memory-kinds.ts';
import { isJsonObject, objectAt, textAt, type JsonObject, type WireObject } from './wire-object.ts';

const crdResource: NamedResource = {
  group: 'apiextensions.k8s.io',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};

export function isCustomResourceDefinition(kind: NamedResource): boolean {
  return kind.plural === crdResource.plural && kind.group === crdResource.group;
}

/** Throws a 422 ApiRefusal when the definition lacks what a kind needs. */
export function kindOfDefinition(definition: WireObject): KindDefinition {
  const spec = objectAt(definition, 'spec');
  const names = objectAt(spec, 'names');
  const group = textAt(spec, 'group');
  const plural = textAt(names, 'plural');
  const kind = textAt(names, 'kind');
  const versions = readVersions(spec);
  const causes: FieldCause[] = [];
  if (group === undefined) causes.push(required('spec.group'));
  if (plural === undefined) causes.push(required('spec.names.plural'));
  if (kind === undefined) causes.push(required('spec.names.kind'));
  if (!versions.some((version) => version.isServed)) causes.push(required('spec.versions'));
  if (definition.metadata.name !== `${plural}.${group}`) {
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
      message: `Invalid value: "${definition.metadata.name}": must be spec.names.plural+"."+spec.group`,
    });
  }
  if (group === undefined || plural === undefined || kind === undefined || causes.length > 0) {
    throw invalid(crdResource, definition.metadata.name, causes);
  }
  return {
    group,
    plural,
    kind,
    singular: textAt(names, 'singular') ?? kind.toLowerCase(),
    listKind: textAt(names, 'listKind') ?? `${kind}List`,
    shortNames: textsAt(names, 'shortNames'),
    categories: textsAt(names, 'categories'),
    isNamespaced: spec['scope'] !== 'Cluster',
    versions,
    isCustom: true,
    hasGeneration: true,
    nameRule: 'subdomain',
  };
}

/** The status the server writes once the names are accepted, which is what `kubectl wait --for=condition=Established` reads. */
export function establishedStatus(definition: WireObject, now: string): JsonObject {
  const spec = objectAt(definition, 'spec');
  const names = objectAt(spec, 'names');
  const kind = textAt(names, 'kind') ?? '';
  const storage = objectsAt(spec, 'versions').filter((version) => version['storage'] === true);
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found', now),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted', now),
    ],
    acceptedNames: { listKind: `${kind}List`, singular: kind.toLowerCase(), ...names },
    storedVersions: storage.map((version) => version['name']),
  };
}

function condition(type: string, reason: string, message: string, now: string): JsonObject {
  return { type, status: 'True', lastTransitionTime: now, reason, message };
}

function readVersions(spec: JsonObject): KindVersion[] {
  return objectsAt(spec, 'versions')
    .map(readVersion)
    .sort((a, b) => versionRank(b.name) - versionRank(a.name));
}

/** v2 before v1 before v1beta2 before v1alpha1, as the server prefers them. */
function versionRank(name: string): number {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name) ?? [];
  const stageRank = stage === undefined ? 2 : stage === 'beta' ? 1 : 0;
  return stageRank * 1_000_000 + Number(major) * 1000 + Number(minor);
}

function readVersion(version: JsonObject): KindVersion {
  const columns = version['additionalPrinterColumns'] === undefined ? undefined : readColumns(version);
  const schema = objectAt(version, 'schema')['openAPIV3Schema'];
  return {
    name: textAt(version, 'name') ?? '',
    isServed: version['served'] === true,
    hasStatus: objectAt(version, 'subresources')['status'] !== undefined,
    selectableFields: objectsAt(version, 'selectableFields').map((field) =>
      (textAt(field, 'jsonPath') ?? '').replace(/^\./, ''),
    ),
    ...(columns === undefined ? {} : { printerColumns: columns }),
    ...(isJsonObject(schema) ? { schema } : {}),
  };
}

function readColumns(version: JsonObject): PrinterColumn[] {
  return objectsAt(version, 'additionalPrinterColumns').map((column) => ({
    name: textAt(column, 'name') ?? '',
    type: textAt(column, 'type') ?? 'string',
    jsonPath: textAt(column, 'jsonPath') ?? '',
    priority: typeof column['priority'] === 'number' ? column['priority'] : 0,
    description: textAt(column, 'description') ?? '',
    format: textAt(column, 'format') ?? '',
  }));
}

function objectsAt(parent: JsonObject, key: string): readonly JsonObject[] {
  const member = parent[key];
  return Array.isArray(member) ? member.filter(isJsonObject) : [];
}

function textsAt(parent: JsonObject, key: string): readonly string[] {
  const member = parent[key];
  return Array.isArray(member) ? member.filter((item) => typeof item === 'string') : [];
}

function required(field: string): FieldCause {
  return { reason: 'FieldValueRequired', field, message: 'Required value' };
}
