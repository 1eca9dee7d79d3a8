/** The built-in kinds the in-memory cluster knows, with the fields kube-apiserver 1.36 lets one select by. */
import type { KindDefinition } from './memory-kinds.ts';
import { objectAt, type JsonObject } from './wire-object.ts';

interface BuiltIn {
  readonly kind: string;
  readonly plural: string;
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly scope?: 'cluster';
  readonly hasNoStatus?: true;
  readonly fields?: readonly string[];
  readonly hasGeneration?: true;
  readonly nameRule?: KindDefinition['nameRule'];
  readonly complete?: KindDefinition['complete'];
  readonly refusal?: string;
}

const core: readonly BuiltIn[] = [
  {
    kind: 'Namespace',
    plural: 'namespaces',
    short: ['ns'],
    scope: 'cluster',
    fields: ['status.phase'],
    nameRule: 'label',
    complete: completeNamespace,
  },
  { kind: 'ConfigMap', plural: 'configmaps', short: ['cm'], hasNoStatus: true },
  { kind: 'Secret', plural: 'secrets', hasNoStatus: true, fields: ['type'], complete: completeSecret },
  { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', short: ['pvc'], complete: completeClaim },
  { kind: 'PersistentVolume', plural: 'persistentvolumes', short: ['pv'], scope: 'cluster', complete: completeVolume },
  {
    kind: 'Event',
    plural: 'events',
    short: ['ev'],
    hasNoStatus: true,
    fields: [
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'involvedObject.resourceVersion',
      'involvedObject.fieldPath',
      'reason',
      'reportingComponent',
      'source',
      'type',
    ],
  },
  { kind: 'Node', plural: 'nodes', short: ['no'], scope: 'cluster', fields: ['spec.unschedulable'] },
  { kind: 'ResourceQuota', plural: 'resourcequotas', short: ['quota'] },
  { kind: 'ServiceAccount', plural: 'serviceaccounts', short: ['sa'], hasNoStatus: true },
  {
    kind: 'Pod',
    plural: 'pods',
    short: ['po'],
    categories: ['all'],
    fields: ['spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
    complete: (pod) => ({ ...pod, status: { phase: 'Pending' } }),
  },
  {
    kind: 'Service',
    plural: 'services',
    short: ['svc'],
    categories: ['all'],
    fields: ['spec.clusterIP', 'spec.type'],
    nameRule: 'label',
    complete: (service) => ({ ...service, status: { loadBalancer: {} } }),
  },
];

const rbacRules = { hasNoStatus: true, nameRule: 'segment' } as const;
const rbac: readonly BuiltIn[] = [
  { kind: 'Role', plural: 'roles', ...rbacRules },
  { kind: 'RoleBinding', plural: 'rolebindings', ...rbacRules },
  { kind: 'ClusterRole', plural: 'clusterroles', scope: 'cluster', ...rbacRules },
  { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', scope: 'cluster', ...rbacRules },
];

const admissionRules = { scope: 'cluster', hasGeneration: true } as const;
const admission: readonly BuiltIn[] = [
  { kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies', ...admissionRules },
  {
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    hasNoStatus: true,
    ...admissionRules,
  },
  {
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    hasNoStatus: true,
    ...admissionRules,
  },
  {
    kind: 'MutatingWebhookConfiguration',
    plural: 'mutatingwebhookconfigurations',
    hasNoStatus: true,
    ...admissionRules,
  },
];

const unanswered = 'is not answered here: there are no accounts and no rights to review; use a real API server for it';

const table: readonly (readonly [group: string, kinds: readonly BuiltIn[]])[] = [
  ['', core],
  [
    'batch',
    [
      {
        kind: 'Job',
        plural: 'jobs',
        categories: ['all'],
        fields: ['status.successful'],
        hasGeneration: true,
        complete: (job) => ({ ...job, status: {} }),
      },
    ],
  ],
  [
    'storage.k8s.io',
    [{ kind: 'StorageClass', plural: 'storageclasses', short: ['sc'], scope: 'cluster', hasNoStatus: true }],
  ],
  ['coordination.k8s.io', [{ kind: 'Lease', plural: 'leases', hasNoStatus: true }]],
  ['rbac.authorization.k8s.io', rbac],
  [
    'networking.k8s.io',
    [{ kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'], hasNoStatus: true, hasGeneration: true }],
  ],
  ['admissionregistration.k8s.io', admission],
  [
    'apiextensions.k8s.io',
    [
      {
        kind: 'CustomResourceDefinition',
        plural: 'customresourcedefinitions',
        short: ['crd', 'crds'],
        categories: ['api-extensions'],
        scope: 'cluster',
        hasGeneration: true,
      },
    ],
  ],
  [
    'authentication.k8s.io',
    [
      {
        kind: 'TokenReview',
        plural: 'tokenreviews',
        scope: 'cluster',
        refusal: `tokenreviews.authentication.k8s.io ${unanswered}`,
      },
    ],
  ],
  [
    'authorization.k8s.io',
    [
      ['SubjectAccessReview', 'subjectaccessreviews'],
      ['SelfSubjectAccessReview', 'selfsubjectaccessreviews'],
      ['SelfSubjectRulesReview', 'selfsubjectrulesreviews'],
    ].map(([kind = '', plural = '']) => ({
      kind,
      plural,
      scope: 'cluster',
      refusal: `${plural}.authorization.k8s.io ${unanswered}`,
    })),
  ],
];

export const builtInKinds: readonly KindDefinition[] = table.flatMap(([group, kinds]) =>
  kinds.map((kind) => define(group, kind)),
);

function define(group: string, entry: BuiltIn): KindDefinition {
  return {
    group,
    plural: entry.plural,
    singular: entry.kind.toLowerCase(),
    kind: entry.kind,
    listKind: `${entry.kind}List`,
    shortNames: entry.short ?? [],
    categories: entry.categories ?? [],
    isNamespaced: entry.scope !== 'cluster',
    versions: [
      { name: 'v1', isServed: true, hasStatus: entry.hasNoStatus !== true, selectableFields: entry.fields ?? [] },
    ],
    isCustom: false,
    hasGeneration: entry.hasGeneration ?? false,
    nameRule: entry.nameRule ?? 'subdomain',
    ...(entry.complete === undefined ? {} : { complete: entry.complete }),
    ...(entry.refusal === undefined ? {} : { refusal: entry.refusal }),
  };
}

function completeNamespace(namespace: JsonObject): JsonObject {
  const metadata = objectAt(namespace, 'metadata');
  const labels = { ...objectAt(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata['name'] };
  return {
    ...namespace,
    metadata: { ...metadata, labels },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

/** `stringData` is write-only on the real server too: it ends up in `data`. */
function completeSecret(secret: JsonObject): JsonObject {
  const { stringData, ...rest } = secret;
  const plain = Object.entries(objectAt({ stringData }, 'stringData'));
  const encoded = plain.map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')] as const);
  const data = { ...objectAt(secret, 'data'), ...Object.fromEntries(encoded) };
  return { ...rest, type: secret['type'] ?? 'Opaque', ...(Object.keys(data).length === 0 ? {} : { data }) };
}

function completeClaim(claim: JsonObject): JsonObject {
  return { ...claim, spec: { volumeMode: 'Filesystem', ...objectAt(claim, 'spec') }, status: { phase: 'Pending' } };
}

function completeVolume(volume: JsonObject, now: string): JsonObject {
  const defaults = { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' };
  return {
    ...volume,
    spec: { ...defaults, ...objectAt(volume, 'spec') },
    status: { phase: 'Pending', lastPhaseTransitionTime: now },
  };
}
