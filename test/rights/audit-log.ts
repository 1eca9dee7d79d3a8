/** The requests of the functions to the API server, from its audit log. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Right } from '../../scripts/function-rights.ts';

export interface AuditedRequest {
  readonly function: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly isAllowed: boolean;
}

const line = z.object({
  verb: z.string(),
  userAgent: z.string().optional(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({
      resource: z.string().default(''),
      subresource: z.string().optional(),
      apiGroup: z.string().default(''),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

const account = /^system:serviceaccount:soteria:(.+)$/;
/** The user agent of the product's own client: requests that a test makes with a function's token do not count. */
const userAgent = 'soteria';

/** Reads every log in the folder. */
export function readAuditLogs(folder: string): AuditedRequest[] {
  return globSync('*.log', { cwd: folder }).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((text) => text.includes(':soteria:'))
      .flatMap((text) => toRequest(line.parse(JSON.parse(text)))),
  );
}

function toRequest({ verb, userAgent: agent, user, objectRef, annotations }: z.infer<typeof line>): AuditedRequest[] {
  const name = account.exec(user.username)?.[1];
  if (name === undefined || agent !== userAgent || objectRef === undefined) return [];
  const { resource, subresource, apiGroup, namespace, name: object } = objectRef;
  return [
    {
      function: name,
      verb,
      group: apiGroup,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace,
      name: object,
      isAllowed: annotations?.['authorization.k8s.io/decision'] === 'allow',
    },
  ];
}

export function isUseOf(right: Right, request: AuditedRequest): boolean {
  return (
    request.isAllowed &&
    request.function === right.function &&
    request.verb === right.verb &&
    request.group === right.group &&
    request.resource === right.resource &&
    (right.namespace === undefined || right.namespace === request.namespace) &&
    (right.names === undefined || right.names.includes(request.name ?? ''))
  );
}
