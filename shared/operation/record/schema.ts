/**
 * The Operation: one requested piece of work and its record. These schemas are the single source of its TypeScript types, of
 * the CustomResourceDefinition (`operation/crd.ts`) and of the HTTP and event contracts that embed a request.
 */
import * as z from 'zod';
import { objectShape } from '../../kubernetes/core-types.ts';
import type { KubernetesObject, ResourceType } from '../../kubernetes/resource-type.ts';
import { explanation, instant, shortText } from '../kinds/fields.ts';
import { type OperationKind, operationKindNames, requestMembers, resultMembers, workMembers } from '../kinds/kinds.ts';

export const group = 'soteria.dev';
export const version = 'v1alpha1';

export const phases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Skipped', 'Cancelled'] as const;
export type Phase = (typeof phases)[number];
export const terminalPhases = ['Succeeded', 'Failed', 'Skipped', 'Cancelled'] as const satisfies readonly Phase[];

/** What is asked for; which members are required depends on the kind. */
export const operationRequest = z.strictObject(requestMembers);
export type OperationRequest = z.infer<typeof operationRequest>;

export const requestedBy = z.strictObject({
  user: shortText.describe('Authenticated name of the caller, or "anonymous".'),
  via: z.enum(['http', 'event', 'kubectl', 'policy']).describe('The door the request came through.'),
  mayTakeAny: z
    .boolean()
    .optional()
    .describe(
      'Written by Soteria: the caller may ask in all namespaces, and so for a point that does not say whose it is.',
    ),
});

export const operationSpec = z.strictObject({
  kind: z.enum(operationKindNames as [OperationKind, ...OperationKind[]]).describe('What kind of work this is.'),
  request: operationRequest,
  identity: shortText.optional().describe('The business key: a request with the same identity is the same request.'),
  requestedBy: requestedBy.optional(),
  cause: z
    .strictObject({
      source: shortText.optional(),
      id: shortText.optional(),
      correlationId: shortText.optional().describe('The root operation.'),
      parent: shortText.optional().describe('Name of the Operation that made this one.'),
    })
    .optional(),
  cancelRequested: z.boolean().optional().describe('Set it to true to cancel; it cannot be taken back.'),
});
export type OperationSpec = z.infer<typeof operationSpec>;

export const step = z.strictObject({
  name: z.string().max(64),
  state: z.enum(['running', 'done', 'failed']),
  startedAt: instant,
  finishedAt: instant.optional(),
  message: shortText.optional(),
});
export type Step = z.infer<typeof step>;

/** Intent before effect: names are written here before the object is made, `…Made` right after. */
export const operationWork = z.strictObject(workMembers);
export type OperationWork = z.infer<typeof operationWork>;

export const operationResult = z.strictObject(resultMembers);
export type OperationResult = z.infer<typeof operationResult>;

export const condition = z.strictObject({
  type: z.string().max(64),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().max(128),
  message: shortText.optional(),
  lastTransitionTime: instant,
});
export type Condition = z.infer<typeof condition>;

export const operationStatus = z.strictObject({
  phase: z.enum(phases),
  progress: z.int().min(0).max(100),
  message: shortText,
  steps: z.array(step).max(40),
  startedAt: instant.optional().describe('Left out: it has not been Running.'),
  finishedAt: instant.optional(),
  /** The last instant anything moved: for the no-progress deadline. */
  movedAt: instant.optional(),
  work: operationWork.optional(),
  result: operationResult.optional(),
  error: explanation.optional(),
  announced: z.array(z.string().max(128)).max(16).optional().describe('Facts already sent.'),
  joined: z.array(shortText).max(100).optional().describe('Identities of further requests this operation answers.'),
  conditions: z.array(condition).max(8).optional(),
  settled: z.boolean().optional().describe('True: ended, announced and tidied up; nobody needs to look again.'),
});
export type OperationStatus = z.infer<typeof operationStatus>;

export interface Operation extends KubernetesObject {
  spec: OperationSpec;
  status?: OperationStatus | undefined;
}

/**
 * Tolerant on purpose: an Operation of another version (unknown kind, step or member) must still load, be listed and be left
 * alone. What is written is checked by the strict schemas in the CRD.
 */
const operationWire = objectShape.extend({
  spec: z.looseObject({ kind: z.string(), request: z.looseObject({}).default({}) }),
  status: z.looseObject({ phase: z.string().optional() }).optional(),
});

export const operations: ResourceType<Operation> = {
  group,
  version,
  kind: 'Operation',
  plural: 'operations',
  isNamespaced: true,
  parse: (wire) => {
    const parsed = operationWire.parse(wire);
    // A status without a phase: no function has read the record yet.
    if (parsed.status !== undefined && parsed.status.phase === undefined) delete parsed.status;
    return parsed as unknown as Operation;
  },
};

export function isTerminal(phase: Phase | undefined): boolean {
  return phase !== undefined && (terminalPhases as readonly string[]).includes(phase);
}
