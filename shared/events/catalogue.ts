/**
 * Every event the product takes or sends, once: its type, what it means, the schema of its data and who may send it unsigned. The
 * events of a kind of Operation stand in the file of that kind. EventType manifests and JSON Schemas are generated from here.
 */
import * as z from 'zod';
import type { EventDefinition } from '../operation/kinds/kind.ts';
import { operationEvents } from '../operation/kinds/kinds.ts';

/** The sweep asks a function to look at one operation; the extension `name` says which, `namespace` where. */
export const operationDue = z.looseObject({ namespace: z.string(), name: z.string(), kind: z.string() });

/** Nothing to say: what is left over is found by its marks. The extension `function` says who is to look. */
export const leftoversDue = z.looseObject({});

/** What an ApiServerSource in Reference mode sends. */
export const objectReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().default(''),
  name: z.string(),
});

/** `POST /v1/b2/measure` by an event; there is nothing to say. */
export const usageRequest = z.strictObject({});

/** A measurement that is not at its end: which, and the step that is next. */
export const usageDue = z.looseObject({ measurement: z.string(), step: z.int().min(0) });

export const usageMeasured = z.looseObject({
  measurement: z.string(),
  measured_at: z.string(),
  api: z.string(),
  calls: z.number(),
  stored_bytes: z.number(),
  current_bytes: z.number(),
  hidden_bytes: z.number(),
  unfinished_bytes: z.number(),
  objects: z.number(),
});

export const usageThreshold = z.looseObject({
  measurement: z.string(),
  limit: z.enum(['bytes', 'monthly_cost']),
  direction: z.enum(['above', 'below']),
  value: z.number(),
  allowed: z.number(),
});

export const policyChanged = z.looseObject({
  policy: z.string(),
  change: z.enum(['created', 'replaced', 'deleted']),
  requested_by: z.string(),
});

/** `since`: when the miss began; with the claim it is the identity of the miss. */
export const expectationFact = z.looseObject({
  namespace: z.string(),
  pvc: z.string(),
  since: z.string(),
  policy: z.string().optional(),
});

export const eventCatalogue = {
  ...operationEvents,
  'dev.soteria.operation.due.v1': {
    meaning: 'An open operation may have something to do: look at it now.',
    role: 'wake',
    unsigned: 'always',
    data: operationDue,
  },
  'dev.soteria.leftovers.due.v1': {
    meaning:
      'There may be objects whose operation is gone, or has ended without them: look for them, and tidy them up.',
    role: 'wake',
    unsigned: 'always',
    data: leftoversDue,
  },
  'dev.soteria.expectation.missed.v1': {
    meaning: 'A claim has no restore point as fresh as its policy promises. Sent once for each miss.',
    role: 'fact',
    unsigned: 'always',
    data: expectationFact,
  },
  'dev.soteria.expectation.recovered.v1': {
    meaning: 'A claim whose restore points were too old has a fresh one again.',
    role: 'fact',
    unsigned: 'always',
    data: expectationFact,
  },
  'dev.soteria.usage.requested.v1': {
    meaning: 'Measure what the buckets hold, now.',
    role: 'request',
    unsigned: 'all',
    data: usageRequest,
  },
  'dev.soteria.usage.due.v1': {
    meaning: 'A measurement of the buckets is not at its end: go on with it.',
    role: 'wake',
    unsigned: 'always',
    data: usageDue,
  },
  'dev.soteria.usage.measured.v1': {
    meaning: 'The buckets were measured; the numbers are at GET /v1/b2.',
    role: 'fact',
    unsigned: 'never',
    data: usageMeasured,
  },
  'dev.soteria.usage.threshold.crossed.v1': {
    meaning: 'What the buckets hold or cost has passed a limit that an operator set, or is below it again.',
    role: 'fact',
    unsigned: 'never',
    data: usageThreshold,
  },
  'dev.soteria.policy.changed.v1': {
    meaning: 'A policy was created, replaced or deleted through the API; the policies are at GET /v1/policies.',
    role: 'fact',
    // For policy-tick itself, which reads the policies again: the event changes nothing else.
    unsigned: 'always',
    data: policyChanged,
  },
  'dev.knative.apiserver.ref.add': {
    meaning: 'A watched object appeared (ApiServerSource, Reference mode).',
    role: 'wake',
    unsigned: 'always',
    data: objectReference,
  },
  'dev.knative.apiserver.ref.update': {
    meaning: 'A watched object changed (ApiServerSource, Reference mode).',
    role: 'wake',
    unsigned: 'always',
    data: objectReference,
  },
  'dev.knative.apiserver.ref.delete': {
    meaning: 'A watched object went away or lost its watch label (ApiServerSource, Reference mode).',
    role: 'wake',
    unsigned: 'always',
    data: objectReference,
  },
  'dev.knative.sources.ping': {
    meaning: 'A schedule came round (PingSource).',
    role: 'wake',
    unsigned: 'always',
    data: z.looseObject({}),
  },
} as const satisfies Record<string, EventDefinition>;

export type EventType = keyof typeof eventCatalogue;
