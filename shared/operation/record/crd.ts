/**
 * The CustomResourceDefinition of the Operation, made from its zod schemas. What zod cannot say is said in CEL:
 *  1. What was asked for, and by whom, never changes; a wish to cancel is never taken back.
 *  2. The name tells the kind, because a wake-up carries no more than the name of an object.
 */
import { structuralSchema, type StructuralSchema, type ValidationRule } from './structural-schema.ts';
import { group, operationSpec, operationStatus, version } from './schema.ts';
import type { KindOfOperation } from '../kinds/kind.ts';
import { operationKinds } from '../kinds/kinds.ts';

/** An operation's name is the value of a label on everything it makes, and those hold no more. */
const maxNameLength = 63;
/** So that the suggested prefix is one the API server keeps whole. */
const maxHintLength = 40;

const kindRules: Readonly<Record<string, Pick<KindOfOperation, 'verb' | 'requires'>>> = operationKinds;

const printerColumns = [
  { name: 'Kind', type: 'string', jsonPath: '.spec.kind' },
  { name: 'Claim', type: 'string', jsonPath: '.spec.request.pvc' },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Progress', type: 'integer', jsonPath: '.status.progress', description: 'Percent.' },
  {
    name: 'Partial',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Partial")].status',
    description: 'True: of a namespace, some claims were neither done nor excluded on purpose.',
  },
  { name: 'Message', type: 'string', jsonPath: '.status.message' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Requested-By', type: 'string', jsonPath: '.spec.requestedBy.user', priority: 1 },
];

/** A word that CEL keeps for itself is written so as a member's name; unescaped the rule is not refused, but of unbounded cost. */
const inCel = (member: string): string => (member === 'namespace' ? '__namespace__' : member);

function nameRules(): ValidationRule[] {
  const perKind = Object.entries(kindRules).map(([kind, { verb, requires }]) => {
    const subject = inCel(requires[0] ?? 'namespace');
    return {
      rule: `self.spec.kind != '${kind}' || self.metadata.name.startsWith('soteria-${verb}-')`,
      message: `the name of a ${kind} must start with soteria-${verb}-: use metadata.generateName: soteria-${verb}-<claim>-`,
      messageExpression:
        `"the name of a ${kind} must start with soteria-${verb}-: use metadata.generateName: soteria-${verb}-" + ` +
        `(!has(self.spec.request.${subject}) ? '<claim>' : self.spec.request.${subject}.size() <= ${maxHintLength} ? ` +
        `self.spec.request.${subject} : self.spec.request.${subject}.substring(0, ${maxHintLength})) + '-'`,
    };
  });
  const length = {
    rule: `size(self.metadata.name) <= ${maxNameLength}`,
    message: `the name must not be longer than ${maxNameLength} characters: it becomes a label of what the operation makes`,
  };
  return [...perKind, length];
}

function specRules(): ValidationRule[] {
  const requirements = Object.entries(kindRules).flatMap(([kind, { requires }]) =>
    requires.map((member) => ({
      rule: `self.kind != '${kind}' || has(self.request.${inCel(member)})`,
      message: `a ${kind} needs spec.request.${member}`,
      reason: 'FieldValueRequired' as const,
      fieldPath: '.request',
    })),
  );
  const fixed = ['identity', 'requestedBy', 'cause'].map((member) => ({
    rule:
      `has(self.${member}) == has(oldSelf.${member}) && ` +
      `(!has(self.${member}) || self.${member} == oldSelf.${member})`,
    message: `spec.${member} is written when the Operation is made and never changes`,
  }));
  const cancellation = {
    rule: '!has(oldSelf.cancelRequested) || !oldSelf.cancelRequested || (has(self.cancelRequested) && self.cancelRequested)',
    message: 'a wish to cancel cannot be taken back; make a new Operation instead',
  };
  const onePoint = {
    rule:
      '[has(self.request.snapshot), has(self.request.backupUrl), has(self.request.asOf)]' +
      '.filter(isGiven, isGiven).size() <= 1',
    message: 'a restore point is chosen by one of snapshot, backupUrl and asOf',
    fieldPath: '.request',
  };
  const kindOfDatabase = {
    rule: '!has(self.request.verify) || !has(self.request.verify.databaseFiles) || has(self.request.verify.database)',
    message: 'verify.databaseFiles needs verify.database, which says what kind they are',
    fieldPath: '.request',
  };
  return [...requirements, ...fixed, cancellation, onePoint, kindOfDatabase];
}

const neverChanges = (member: string): ValidationRule => ({
  rule: 'self == oldSelf',
  message: `spec.${member} never changes; make a new Operation instead`,
});

function withRules(schema: StructuralSchema | undefined, ...rules: ValidationRule[]): StructuralSchema {
  if (schema === undefined) throw new Error('a rule stands on a member that the schema does not have');
  return { ...schema, 'x-kubernetes-validations': rules };
}

function specSchema(): StructuralSchema {
  const schema = structuralSchema(operationSpec);
  const { kind, request, ...others } = schema.properties ?? {};
  const properties = {
    kind: withRules(kind, neverChanges('kind')),
    request: withRules(request, neverChanges('request')),
    ...others,
  };
  return withRules({ ...schema, properties }, ...specRules());
}

function rootSchema(): StructuralSchema {
  return {
    type: 'object',
    description: 'One requested piece of work and its record.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: specSchema(),
      status: structuralSchema(operationStatus),
    },
    'x-kubernetes-validations': nameRules(),
  };
}

/** As it is applied to a cluster: the file under `deploy` is written from this by `npm run generate`. */
export function operationCrd() {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `operations.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: 'Operation',
        listKind: 'OperationList',
        plural: 'operations',
        singular: 'operation',
        shortNames: ['sop'],
        categories: ['soteria'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema() },
          subresources: { status: {} },
          selectableFields: ['.spec.kind', '.status.phase', '.status.settled'].map((jsonPath) => ({ jsonPath })),
          additionalPrinterColumns: printerColumns,
        },
      ],
    },
  };
}
