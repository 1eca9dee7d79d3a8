/** The requests of one function, in order, from the API server's audit log. */
import { readFileSync } from 'node:fs';

interface AuditLine {
  readonly verb: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

/** `update operations/status` and the like. */
export function readRequests(auditLogPath: string, functionName: string): string[] {
  return readFileSync(auditLogPath, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`system:serviceaccount:soteria:${functionName}"`))
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(({ userAgent, user }) => userAgent === 'soteria' && user.username.endsWith(`:${functionName}`))
    .map(({ verb, objectRef: { resource = '', subresource } = {} }) =>
      subresource === undefined ? `${verb} ${resource}` : `${verb} ${resource}/${subresource}`,
    );
}
