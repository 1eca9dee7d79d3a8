/** The routes of the console itself; all other paths under `/v1` it passes on to the functions that own them. */
import * as answers from './console-answers.ts';
import { inventoryQuery, whoAmIQuery } from './queries.ts';
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
