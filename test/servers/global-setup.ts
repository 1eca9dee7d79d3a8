/** Once per run of the project `apiserver`: one API server with all CRDs and a controller-manager, shared by every test file. */
import type { TestProject } from 'vitest/node';
import { startApiServer, type ApiServer, type ApiServerAccess } from './api-server.ts';
import { explainMissing, findServerBinaries } from './find-server-binaries.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from './install-crds.ts';
import { forgetAuditLogs } from './keep-audit-log.ts';
import { hasReferenceCrds, referenceFix } from './reference-dir.ts';

/** The value of `inject('apiServer')`; test files use it through `require-api-server.ts`. */
export type ProvidedApiServer =
  | { readonly state: 'missing'; readonly why: string }
  | {
      readonly state: 'running';
      readonly access: ApiServerAccess;
      readonly hasReferenceCrds: boolean;
      readonly hasControllerManager: boolean;
    };

declare module 'vitest' {
  // vitest types its provided values by merging.
  // eslint-disable-next-line typescript/consistent-type-definitions
  export interface ProvidedContext {
    apiServer: ProvidedApiServer;
  }
}

export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  forgetAuditLogs();
  const binaries = findServerBinaries();
  if ('missing' in binaries) {
    const why = explainMissing(binaries);
    sayLoudly(`NONE of the tests on a real API server run: ${why}`);
    project.provide('apiServer', { state: 'missing', why });
    return undefined;
  }
  const server = await startApiServer();
  try {
    await prepare(server, binaries.controllerManager !== undefined);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const { adminClient: _client, startControllerManager: _start, stop, hasControllerManager, ...access } = server;
  project.provide('apiServer', {
    state: 'running',
    access,
    hasReferenceCrds: hasReferenceCrds(),
    hasControllerManager,
  });
  return stop;
}

async function prepare(server: ApiServer, canRunControllerManager: boolean): Promise<void> {
  if (!hasReferenceCrds()) sayLoudly(`tests that need Longhorn or Knative objects do not run: ${referenceFix}`);
  await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
  if (canRunControllerManager) await server.startControllerManager();
  else sayLoudly('no kube-controller-manager beside kube-apiserver: tests of garbage collection do not run');
}

function sayLoudly(message: string): void {
  const line = '!'.repeat(100);
  console.warn(`\n${line}\n${message}\n${line}\n`);
}
