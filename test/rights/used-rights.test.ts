/**
 * A function uses every right that it is granted, and is granted every right that it needs: compares the roles of the manifests
 * with the requests of the functions on the API servers of this test run. Runs after all other tests.
 */
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFunctionRights, type Right, rightsTable } from '../../scripts/function-rights.ts';
import { repositoryDir } from '../manifests/installation.ts';
import { auditDir } from '../servers/keep-audit-log.ts';
import { type AuditedRequest, isUseOf, readAuditLogs } from './audit-log.ts';

const hasLogs = existsSync(auditDir) && readdirSync(auditDir).length > 0;
if (!hasLogs) console.warn('SKIPPED: the rights of the functions were not checked: no function ran on an API server.');

const rightText = ({ function: name, verb, resource, group, namespace }: Right): string =>
  `${name}: ${verb} ${resource}${group === '' ? '' : `.${group}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
const requestText = ({ function: name, verb, resource, group, namespace, name: object }: AuditedRequest): string =>
  `${name}: ${verb} ${resource}${group === '' ? '' : `.${group}`} ${object ?? ''} in ${namespace ?? 'all namespaces'}`;

/** Rights whose use no test on an API server can force, with the test that shows the use. */
const provedElsewhere: readonly { readonly right: string; readonly by: string }[] = [
  // Two equal requests at once, recorded under the names of two seconds: a race that cannot be forced from outside.
  { right: 'backup: delete operations.soteria.dev', by: 'functions/backup/convergence.test.ts' },
  // A volume over a backing image: the local Longhorn makes none.
  { right: 'restore: get backingimages.longhorn.io in longhorn-system', by: 'functions/restore/image.test.ts' },
  { right: 'restore: create backingimages.longhorn.io in longhorn-system', by: 'functions/restore/image.test.ts' },
  { right: 'restore: list backupbackingimages.longhorn.io in longhorn-system', by: 'functions/restore/image.test.ts' },
  // The room of the nodes, when Longhorn finds no place: the local Longhorn has no nodes.
  { right: 'restore: list nodes.longhorn.io in longhorn-system', by: 'functions/restore/convergence.test.ts' },
];

/** Requests that tests make to see the refusal. */
const deniedOnPurpose: ReadonlySet<string> = new Set([
  // A restore test in a namespace that has not let the function make Jobs: test/apiserver/restore-test.test.ts.
  'restore: create jobs.batch  in team-proof',
]);

describe.skipIf(!hasLogs)('the rights of the functions', () => {
  const rights = readFunctionRights(repositoryDir);
  const requests = readAuditLogs(auditDir);
  const usesOf = (right: Right): number => requests.filter((request) => isUseOf(right, request)).length;
  console.log(rightsTable(rights, (right) => `${right.verb} ${usesOf(right)}×`));

  it('are complete: every account has rights, and has made requests', () => {
    const accounts = new Set(rights.map((right) => right.function));
    expect(accounts.size).toBeGreaterThan(3);
    expect(new Set(requests.map((request) => request.function))).toEqual(accounts);
  });

  it('are all used', () => {
    const unused = rights.filter((right) => usesOf(right) === 0);
    expect(unused.map(rightText)).toEqual(provedElsewhere.map(({ right }) => right));
  });

  it('are enough: nothing was denied', () => {
    const denied = new Set(requests.filter(({ isAllowed }) => !isAllowed).map(requestText));
    expect([...denied].filter((text) => !deniedOnPurpose.has(text))).toEqual([]);
  });
});
