/** The OpenAPI document of every HTTP route, from the declared routes and the schemas of requests and answers. Pure. */
import { backupRequest } from '@soteria/shared/operation/kinds/Backup.ts';
import { namespaceBackupRequest } from '@soteria/shared/operation/kinds/NamespaceBackup.ts';
import { namespaceRestoreRequest } from '@soteria/shared/operation/kinds/NamespaceRestore.ts';
import { restoreRequest } from '@soteria/shared/operation/kinds/Restore.ts';
import { restoreTestRequest } from '@soteria/shared/operation/kinds/RestoreTest.ts';
import { selfTestRequest } from '@soteria/shared/operation/kinds/SelfTest.ts';
import { type ErrorCode, errorTable } from '@soteria/shared/errors.ts';
import * as asked from '@soteria/shared/http-contract/request-answers.ts';
import { refusalsOf } from '@soteria/shared/http-contract/find-route.ts';
import * as consoles from '@soteria/shared/http-contract/console-answers.ts';
import * as parts from '@soteria/shared/http-contract/parts.ts';
import { problem } from '@soteria/shared/http-contract/problem.ts';
import * as queries from '@soteria/shared/http-contract/queries.ts';
import * as read from '@soteria/shared/http-contract/read-answers.ts';
import {
  groups,
  refusalsOfAny,
  refusalsOfBody,
  refusalsOfNode,
  type Route,
  type RouteAnswer,
  routes,
} from '@soteria/shared/http-contract/routes.ts';
import * as policies from '@soteria/shared/http-contract/policy-answers.ts';
import * as jobs from '@soteria/shared/http-contract/recurring-jobs-answer.ts';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';
import * as notify from '@soteria/shared/http-contract/notify-answers.ts';
import * as usage from '@soteria/shared/http-contract/usage-answers.ts';
import * as z from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** In the document a schema has the name under which its module exports it. */
const named = {
  input: {
    backupRequest,
    namespaceBackupRequest,
    restoreRequest,
    restoreTestRequest,
    namespaceRestoreRequest,
    selfTestRequest,
    adoptRequest: queries.adoptRequest,
    pruneRequest: queries.pruneRequest,
    holdRequest: queries.holdRequest,
    releaseRequest: queries.releaseRequest,
    fromRecurringJobs: jobs.fromRecurringJobs,
    previewRequest: jobs.previewRequest,
    notifyTestRequest: queries.notifyTestRequest,
    policy: policySchema,
  },
  output: {
    ...schemasOf(parts, /^(?:restorePoint|blocker|blockerOfPoint|stepView)$/),
    ...schemasOf(asked, /./),
    ...schemasOf(read, /./),
    ...schemasOf(consoles, /./),
    ...schemasOf(usage, /./),
    ...schemasOf(notify, /./),
    ...schemasOf(policies, /./),
    ...schemasOf(jobs, /Preview$/),
    policy: policySchema,
    problem,
  },
};

function schemasOf(module: Json, names: RegExp): Record<string, z.ZodType> {
  // A bundler may give a module's exports in another order than Node does.
  const found = Object.entries(module).filter(([name]) => names.test(name));
  found.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(found.flatMap(([name, value]) => (value instanceof z.ZodType ? [[name, value]] : [])));
}

const idOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const refTo = (id: string) => ({ $ref: `#/components/schemas/${id}` });

/** zod says of an instant both its format and a pattern of 200 characters. */
function shorten({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema['format'] === 'date-time') delete jsonSchema['pattern'];
}

/** A request may leave out what has a default; an answer never does. */
function componentsOf(io: 'input' | 'output'): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(named[io])) registry.add(schema, { id: idOf(name) });
  const { schemas } = z.toJSONSchema(registry, { io, override: shorten, uri: (id) => refTo(id).$ref });
  const clean = Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema]);
  return Object.fromEntries(clean) as Record<string, Json>;
}

/** What a schema of the table is called in the document. */
function refOf(schema: z.ZodType): Json {
  const all = [...Object.entries(named.input), ...Object.entries(named.output)];
  const name = all.find(([, other]) => other === schema)?.[0];
  if (name === undefined) throw new Error('a route uses a schema that no module of the contract exports');
  return refTo(idOf(name));
}

function queryParameters(query: z.ZodObject): Json[] {
  return Object.entries(query.shape).map(([name, member]) => {
    const options = { io: 'input', unrepresentable: 'any' } as const;
    const { $schema: _dialect, description = '', ...schema } = z.toJSONSchema(member, options);
    return { name, in: 'query', required: !member.safeParse(undefined).success, description, schema };
  });
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Of the caller’s own making: the same request under the same key is recorded once.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The `ETag` of an earlier answer, or `*`: the change is made to that version, or refused.',
  schema: { type: 'string', minLength: 1 },
};

function parametersOf(path: string, { query, isRepeatable = false, isConditional = false }: Route): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }));
  return [
    ...inPath,
    ...(query === undefined ? [] : queryParameters(query)),
    ...(isRepeatable ? [idempotencyKey] : []),
    ...(isConditional ? [ifMatch] : []),
  ];
}

const location = { Location: { description: 'Where the Operation is.', schema: { type: 'string' }, required: true } };

const etag = { ETag: { description: 'The version, for `If-Match`.', schema: { type: 'string' }, required: true } };

function answerOf(answer: RouteAnswer): Json {
  const { schema, meaning, hasLocation = false, hasETag = false, isStream = false, text } = answer;
  if (isStream) return { description: meaning, content: { 'text/event-stream': { schema: { type: 'string' } } } };
  return {
    description: meaning,
    ...(hasLocation ? { headers: location } : {}),
    ...(hasETag ? { headers: etag } : {}),
    content: {
      'application/json': { schema: refOf(schema) },
      // A reader of the document parses YAML.
      ...(text === undefined ? {} : { [text]: { schema: { type: text.endsWith('yaml') ? 'object' : 'string' } } }),
    },
  };
}

function byStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const found = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { httpStatus } = errorTable[code];
    found.set(httpStatus, [...(found.get(httpStatus) ?? []), code]);
  }
  return new Map([...found].toSorted(([a], [b]) => a - b));
}

/** One answer for each status, with the codes that have it. */
function problemsOf(route: Route): Record<string, Json> {
  const problems = [...byStatus(refusalsOf(route))];
  const plain = Object.keys(refusalsOfNode).map((status) => [
    status,
    { $ref: `#/components/responses/Refused${status}` },
  ]);
  return Object.fromEntries([
    ...problems.map(([status, codes]) => [String(status), problemOf(status, codes)]),
    ...plain,
  ]) as Record<string, Json>;
}

function problemOf(status: number, codes: readonly ErrorCode[]): Json {
  return isOfAny(status, codes) ? { $ref: `#/components/responses/Problem${status}` } : inlineProblem(codes);
}

function inlineProblem(codes: readonly ErrorCode[]): Json {
  const schema = { allOf: [refTo('Problem'), { properties: { code: { enum: codes } } }] };
  return { description: codes.join(', '), content: { 'application/problem+json': { schema } } };
}

const ofAny = byStatus([...refusalsOfAny, ...refusalsOfBody]);

function isOfAny(status: number, codes: readonly ErrorCode[]): boolean {
  return codes.toString() === ofAny.get(status)?.toString();
}

function commonProblems(): Record<string, Json> {
  const plain = Object.entries(refusalsOfNode).map(
    ([status, description]) => [`Refused${status}`, { description }] as const,
  );
  return Object.fromEntries([
    ...[...ofAny].map(([status, codes]) => [`Problem${status}`, inlineProblem(codes)] as const),
    ...plain,
  ]);
}

function bodyOf(schema: Json, text: string | undefined): Json {
  return { 'application/json': { schema }, ...(text === undefined ? {} : { [text]: { schema } }) };
}

function operationOf(name: string, route: Route): Json {
  const [method = '', path = ''] = name.split(' ');
  const words = path.replaceAll(/\{\w+\}/g, 'one').split(/[^a-z0-9]+/);
  const answers = Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer)]);
  return {
    operationId: [method.toLowerCase(), ...words.filter((word) => word !== '' && word !== 'v1')].join('-'),
    summary: route.summary,
    ...(route.notes === undefined ? {} : { description: route.notes }),
    tags: [route.group],
    'x-function': route.function,
    parameters: parametersOf(path, route),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: bodyOf(refOf(route.body), route.bodyText) } }),
    responses: { ...Object.fromEntries(answers), ...problemsOf(route) },
  };
}

export function openApi(version: string) {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const [method = '', path = ''] = name.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Soteria',
      version,
      description: 'Backs up, restores and proves the data of Kubernetes volumes. Generated by `npm run generate`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://localhost:8080', description: 'The front door of `npm start`.' }],
    tags: groups.map((name) => ({ name })),
    security: [{ token: [] }, {}],
    paths,
    components: {
      responses: commonProblems(),
      schemas: { ...componentsOf('input'), ...componentsOf('output') },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of the cluster, unless SOTERIA_AUTH_REQUIRED=false.',
        },
      },
    },
  };
}
