/** The doors of the function `restore`: no logic here. */
import type { Context } from 'hono';
import type { FunctionDefinition, KitEnv } from '@soteria/shared/function/contract.ts';
import { answerJson, readJsonBody } from '@soteria/shared/function/json-body.ts';
import { reportPaused } from '@soteria/shared/function/report-paused.ts';
import { adoptCluster } from './doors/adopt-cluster.ts';
import { askByEvent, askForNamespaceByEvent } from './doors/ask-event.ts';
import { type Answer, askByHttp } from './doors/ask-http.ts';
import { askForNamespace } from './doors/ask-namespace.ts';
import { askForTest } from './doors/ask-test.ts';
import { listRestores } from './doors/list-restores.ts';
import { cancelRestore, getRestore } from './doors/restores.ts';
import { wakeByObject, wakeBySweep } from './doors/wake.ts';
import { functionName } from '../../drivers/restore/about-operation.ts';
import { tidyLeftovers } from './doors/wake.ts';
import { readRecovery, wantsJson } from './doors/read-recovery.ts';
import { recoveryPage } from './recovery/recovery-page.ts';
import { selfTestTools } from './advance.ts';
import { tidyDeletedTests } from './self-test/tidy-deleted.ts';
import { askForSelfTest, askForSelfTestByEvent, readSelfTest } from './doors/ask-self-test.ts';
import type { RestoreTools } from './tools.ts';

export function defineRestore(tools: RestoreTools): FunctionDefinition {
  const incoming = (c: Context<KitEnv>) => c.get('incoming');
  const answer = (c: Context<KitEnv>, { location, body, status }: Answer) => {
    if (location !== undefined) c.header('location', location);
    return answerJson(c, body, status);
  };
  return {
    name: functionName,
    routes: (app) => {
      reportPaused(app, (signal) => tools.cluster.isPaused(signal));
      app.post('/v1/restores', async (c) => answer(c, await askByHttp(tools, await readJsonBody(c), incoming(c))));
      app.post('/v1/restore-test', async (c) => answer(c, await askForTest(tools, await readJsonBody(c), incoming(c))));
      app.post('/v1/restores/namespace', async (c) =>
        answer(c, await askForNamespace(tools, await readJsonBody(c), incoming(c))),
      );
      app.post('/v1/selftest', async (c) => answer(c, await askForSelfTest(tools, await readJsonBody(c), incoming(c))));
      app.get('/v1/recovery', async (c) => {
        const facts = await readRecovery(tools, incoming(c));
        if (wantsJson(c.req.header('accept'))) return answerJson(c, facts);
        return c.body(recoveryPage(facts), 200, { 'content-type': 'text/markdown; charset=utf-8' });
      });
      app.get('/v1/selftest', async (c) => answerJson(c, await readSelfTest(tools, incoming(c))));
      app.post('/v1/backups/adopt', async (c) =>
        answer(c, await adoptCluster(tools, await readJsonBody(c), incoming(c))),
      );
      app.get('/v1/restores', async (c) => answerJson(c, await listRestores(tools, c.req.query(), incoming(c))));
      app.get('/v1/restores/:name', async (c) =>
        answerJson(c, await getRestore(tools, c.req.param('name'), c.req.query('namespace'), incoming(c))),
      );
      app.post('/v1/restores/:name/cancel', async (c) =>
        answerJson(c, await cancelRestore(tools, c.req.param('name'), c.req.query('namespace'), incoming(c)), 202),
      );
    },
    on: {
      'dev.soteria.restore.requested.v1': (event, from) => askByEvent(tools, event, from),
      'dev.soteria.namespacerestore.requested.v1': (event, from) => askForNamespaceByEvent(tools, event, from),
      'dev.soteria.selftest.requested.v1': (event, from) => askForSelfTestByEvent(tools, event, from),
      'dev.soteria.operation.due.v1': (event, from) => wakeBySweep(tools, event, from),
      'dev.soteria.leftovers.due.v1': async (_event, from) => {
        await tidyLeftovers(tools, from);
        await tidyDeletedTests(selfTestTools(tools, from), from);
      },
      'dev.knative.apiserver.ref.add': (event, from) => wakeByObject(tools, event, from),
      'dev.knative.apiserver.ref.update': (event, from) => wakeByObject(tools, event, from),
      'dev.knative.apiserver.ref.delete': (event, from) => wakeByObject(tools, event, from),
    },
  };
}
