/** The requests of one function, in order, from the API server's audit log. */
import { readFileSync, statSync } from 'node:fs';

interface AuditLine {
  readonly verb: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

/** Reads later: reading the whole log during a timed step would add to its time. */
export interface RequestLog {
  /** The present end of the log. */
  mark(): number;
  /** `update operations/status` and the like, between two marks. */
  between(from: number, to: number): string[];
}

export function openRequestLog(auditLogPath: string, functionName: string): RequestLog {
  return {
    mark: () => statSync(auditLogPath).size,
    between: (from, to) => readRequests(readFileSync(auditLogPath).subarray(from, to).toString('utf8'), functionName),
  };
}

function readRequests(auditLog: string, functionName: string): string[] {
  return auditLog
    .split('\n')
    .filter((line) => line.includes(`system:serviceaccount:soteria:${functionName}"`))
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(({ userAgent, user }) => userAgent === 'soteria' && user.username.endsWith(`:${functionName}`))
    .map(({ verb, objectRef: { resource = '', subresource } = {} }) =>
      subresource === undefined ? `${verb} ${resource}` : `${verb} ${resource}/${subresource}`,
    );
}
