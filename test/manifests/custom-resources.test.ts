/** Every custom resource of the installation against the real CustomResourceDefinitions of Knative. */
import { describe, expect, it } from 'vitest';
import type { ManifestObject } from '../../local/manifests/manifest-object.ts';
import { readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { hasReferenceCrds, referenceFix } from '../servers/reference-dir.ts';
import { findFaults } from './find-faults.ts';
import { at, listAt, readInstallation, titleOf } from './installation.ts';

if (!hasReferenceCrds()) console.warn(`\n!!! the manifests are NOT held against Knative's CRDs: ${referenceFix}\n`);

const knativeGroups = /^(serving|eventing|sources|messaging|flows|sinks)\.knative\.dev\//;
const knativeObjects = readInstallation().filter(({ apiVersion }) => knativeGroups.test(apiVersion));

function schemaOf({ apiVersion, kind }: Pick<ManifestObject, 'apiVersion' | 'kind'>): unknown {
  for (const { spec } of [...readReferenceCrds(), ...readOwnCrds()]) {
    const version = listAt(spec, 'versions').find(
      (one) => `${String(spec['group'])}/${String(at(one, 'name'))}` === apiVersion,
    );
    if (at(spec, 'names', 'kind') === kind && version !== undefined && at(version, 'served') === true) {
      return at(version, 'schema', 'openAPIV3Schema');
    }
  }
  throw new Error(`no CustomResourceDefinition serves ${kind} in ${apiVersion}`);
}

/** The server declares these for every object. */
function withoutMetadata(object: ManifestObject): unknown {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...content } = object;
  return content;
}

describe.skipIf(!hasReferenceCrds())('the custom resources of the installation', () => {
  it.each(knativeObjects.map((object) => [titleOf(object), object] as const))(
    '%s fits its definition',
    (_title, object) => {
      expect(findFaults(schemaOf(object), withoutMetadata(object))).toEqual([]);
    },
  );

  it('cover all kinds that are applied to Knative', () => {
    const kinds = new Set(knativeObjects.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['ApiServerSource', 'Broker', 'EventType', 'PingSource', 'Service', 'Trigger']);
  });

  it.each([
    ['an unknown member', { containerConcurency: 1 }, '$.spec.template.spec.containerConcurency is unknown'],
    ['a wrong type', { timeoutSeconds: '60' }, '$.spec.template.spec.timeoutSeconds is no integer'],
  ])('would not fit with %s', (_title, spec, fault) => {
    const schema = schemaOf({ apiVersion: 'serving.knative.dev/v1', kind: 'Service' });
    expect(findFaults(schema, { spec: { template: { spec: { containers: [{}], ...spec } } } })).toEqual([fault]);
  });
});
