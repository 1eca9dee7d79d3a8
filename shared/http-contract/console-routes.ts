/** The routes of the console itself; all other paths under `/v1` it passes on to the functions that own them. */
import * as answers from './console-answers.ts';
import { eventsQuery, inventoryQuery, whoAmIQuery } from './console-queries.ts';
import { oneOperationQuery } from './queries.ts';
import type { Route, RouteText } from './routes.ts';

export const consoleRoutes = {
  'GET /v1/inventory': {
    function: 'console',
    group: 'Console',
    summary: 'Lists every claim with the state of its backups, by namespace.',
    notes:
      'Only namespaces in which the caller may list Operations. Without `limit` the answer holds all claims and is sent while it is made; an ' +
      'answer that breaks off is not whole.',
    query: inventoryQuery,
    answers: { 200: { schema: answers.inventoryAnswer, meaning: 'The claims.' } },
    refusals: [],
  },
  'GET /v1/whoami': {
    function: 'console',
    group: 'Console',
    summary: 'Says who the caller is, and what Kubernetes lets the caller do.',
    query: whoAmIQuery,
    answers: { 200: { schema: answers.whoAmI, meaning: 'The caller.' } },
    refusals: [],
  },
  'GET /v1/events': {
    function: 'console',
    group: 'Operations',
    summary: 'Follows the Operations that the caller sees, as server-sent events.',
    notes:
      '`connected`, then `operation:progress` and `operation:deleted` for each change; `resync` when changes were missed: read the lists again. ' +
      'The `id` of an event, sent as `Last-Event-ID`, resumes after it. The stream ends itself with `end` before nine minutes are over; a ' +
      'browser connects again.',
    query: eventsQuery,
    answers: {
      200: { schema: answers.operationProgress, meaning: 'The events, until either side ends.', isStream: true },
    },
    refusals: [],
  },
  'GET /v1/operations/{name}/stream': {
    function: 'console',
    group: 'Operations',
    summary: 'Follows one Operation to its end, as server-sent events.',
    notes:
      'Its present state first, then each change as in `/v1/events`; `end` with the reason `ended` after its last phase.',
    query: oneOperationQuery,
    answers: { 200: { schema: answers.operationProgress, meaning: 'The events, until it ends.', isStream: true } },
    refusals: ['not_found', 'conflict'],
  },
  'GET /v1/openapi.json': {
    function: 'console',
    group: 'Console',
    summary: 'The OpenAPI document of these routes.',
    notes: 'A page for people is at `/v1`.',
    answers: { 200: { schema: answers.openApiDocument, meaning: 'The document.' } },
    refusals: [],
  },
  'GET /v1/asyncapi.yaml': {
    function: 'console',
    group: 'Console',
    summary: 'The AsyncAPI document of the events.',
    answers: { 200: { schema: answers.openApiDocument, meaning: 'The document.', text: 'application/yaml' } },
    refusals: [],
  },
} as const satisfies Record<RouteText, Route>;
