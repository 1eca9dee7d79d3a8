/** The routes of policies, as the table of `routes.ts` has them. */
import { policySchema } from '../policy/policy-schema.ts';
import { holdAnswer, policyChanged, policyList, policyPreview, policyView, pruneAnswer } from './policy-answers.ts';
import {
  deletePolicyQuery,
  dryRunQuery,
  holdRequest,
  policiesQuery,
  previewQuery,
  pruneRequest,
  releaseRequest,
} from './queries.ts';
import { anyPreview, previewRequest } from './recurring-jobs-answer.ts';
import type { Route, RouteText } from './routes.ts';

const previewMeaning =
  'The next ten runs, the claims that match, what retention keeps and deletes, whether the schedule can be met, and warnings.';

export const policyRoutes = {
  'GET /v1/policies': {
    function: 'policy-tick',
    group: 'Policies',
    summary: 'Lists the policies of both stores, those that a mistake disables, and ids that stand in both.',
    notes:
      'Stores are the Secret `soteria-policies`, ConfigMaps of Soteria’s namespace with the label `soteria.dev/policies`, and the Secret ' +
      '`soteria-policies-git`. With `format=yaml` the answer is a ConfigMap of the API’s policies, ready for Git.',
    query: policiesQuery,
    answers: {
      200: { schema: policyList, meaning: 'All policies.', hasETag: true, text: 'application/yaml' },
    },
    refusals: [],
  },
  'GET /v1/policies/{id}': {
    function: 'policy-tick',
    group: 'Policies',
    summary: 'Shows a policy.',
    answers: { 200: { schema: policyView, meaning: 'The policy, and where it stands.', hasETag: true } },
    refusals: ['not_found', 'unprocessable'],
  },
  'POST /v1/policies': {
    function: 'policy-tick',
    group: 'Policies',
    summary: 'Creates or replaces a policy of the Secret `soteria-policies`.',
    notes: 'The body may be YAML. A policy of Git is changed in Git alone.',
    body: policySchema,
    bodyText: 'application/yaml',
    query: dryRunQuery,
    isConditional: true,
    answers: {
      200: { schema: policyChanged, meaning: 'It stands in the Secret; a dry run would write it.', hasETag: true },
    },
    refusals: ['conflict', 'precondition_failed', 'name_conflict', 'not_found'],
  },
  'DELETE /v1/policies/{id}': {
    function: 'policy-tick',
    group: 'Policies',
    summary: 'Deletes a policy of the Secret `soteria-policies`; its restore points stay.',
    query: dryRunQuery,
    isConditional: true,
    answers: { 200: { schema: policyChanged, meaning: 'It is deleted; a dry run would delete it.', hasETag: true } },
    refusals: ['conflict', 'precondition_failed', 'not_found'],
  },
  'DELETE /v1/policies': {
    function: 'policy-tick',
    group: 'Policies',
    summary: 'The same, for an id in the query.',
    query: deletePolicyQuery,
    isConditional: true,
    answers: { 200: { schema: policyChanged, meaning: 'It is deleted; a dry run would delete it.', hasETag: true } },
    refusals: ['conflict', 'precondition_failed', 'not_found'],
  },
  'POST /v1/policies/preview': {
    function: 'policy-tick',
    group: 'Policies',
    summary: 'Shows what a policy would do, without storing it.',
    notes:
      'The body may be YAML. With `{"from": "recurring-jobs"}` it shows the policies that are equal to Longhorn’s recurring jobs, claim by claim, with ' +
      'the change that stops each job; that takes the right to list Operations in all namespaces.',
    body: previewRequest,
    bodyText: 'application/yaml',
    query: previewQuery,
    answers: { 200: { schema: anyPreview, meaning: previewMeaning } },
    refusals: [],
  },
  'GET /v1/policies/{id}/preview': {
    function: 'policy-tick',
    group: 'Policies',
    summary: 'Shows what a policy does next.',
    query: previewQuery,
    answers: { 200: { schema: policyPreview, meaning: previewMeaning } },
    refusals: ['not_found', 'unprocessable'],
  },
  'POST /v1/policies/{id}/prune': {
    function: 'policy-tick',
    group: 'Policies',
    summary:
      'Deletes what the retention of a policy no longer keeps; a dry run shows it, point by point, with reasons.',
    notes:
      'The evaluation of the policies asks for the same by itself. What it may not do without a yes (the first prune of a policy, or more than ' +
      '`retention.breaker`) is done by this request with `confirm`: the digest names the points, and other points are not deleted. Takes the ' +
      'right to create Operations in Soteria’s namespace.',
    body: pruneRequest,
    isRepeatable: true,
    answers: {
      200: { schema: pruneAnswer, meaning: 'Of a dry run: the plan. Otherwise nothing is to be deleted now.' },
      202: { schema: pruneAnswer, meaning: 'A Prune is recorded for each volume with something to delete.' },
    },
    refusals: [
      'not_found',
      'claim_not_found',
      'unprocessable',
      'confirmation_needed',
      'precondition_failed',
      'name_conflict',
      'conflict',
      'namespace_terminating',
    ],
  },
  'POST /v1/backups/hold': {
    function: 'policy-tick',
    group: 'Backups',
    summary: 'Holds a restore point: no retention deletes it until it is released.',
    notes:
      'With kubectl: the label `soteria.dev/hold` on the Backup, which Longhorn loses when it reads the target anew.',
    body: holdRequest,
    answers: { 200: { schema: holdAnswer, meaning: 'It is held.' } },
    refusals: ['restore_point_not_found', 'not_found', 'conflict'],
  },
  'POST /v1/backups/release': {
    function: 'policy-tick',
    group: 'Backups',
    summary: 'Releases a restore point that was held.',
    body: releaseRequest,
    answers: { 200: { schema: holdAnswer, meaning: 'Nobody holds it.' } },
    refusals: ['restore_point_not_found', 'not_found'],
  },
} as const satisfies Record<RouteText, Route>;
