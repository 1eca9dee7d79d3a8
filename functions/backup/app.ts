/** The doors of the function `backup`: no logic here. */
import type { Context } from 'hono';
import type { FunctionDefinition, KitEnv } from '@soteria/shared/function/contract.ts';
import { readJsonBody, answerJson } from '@soteria/shared/function/json-body.ts';
import { reportPaused } from '@soteria/shared/function/report-paused.ts';
import { askByEvent } from './doors/ask-event.ts';
import { askByHttp } from './doors/ask-http.ts';
import { askForNamespace, askForNamespaceByEvent } from './doors/ask-namespace.ts';
import { listBackups } from './doors/list-backups.ts';
import { rememberProgress } from './doors/remember-progress.ts';
import { wakeByObject, wakeBySweep } from './doors/wake.ts';
import type { BackupTools } from './tools.ts';

export function defineBackup(tools: BackupTools): FunctionDefinition {
  const incoming = (c: Context<KitEnv>) => c.get('incoming');
  const memory = rememberProgress(tools.now);
  return {
    name: 'backup',
    routes: (app) => {
      reportPaused(app, (signal) => tools.cluster.isPaused(signal));
      app.post('/v1/backup', async (c) => {
        const answer = await askByHttp(tools, await readJsonBody(c), incoming(c));
        if (answer.location !== undefined) c.header('location', answer.location);
        return answerJson(c, answer.body, answer.status);
      });
      app.post('/v1/backup/namespace', async (c) => {
        const answer = await askForNamespace(tools, await readJsonBody(c), incoming(c));
        if (answer.location !== undefined) c.header('location', answer.location);
        return answerJson(c, answer.body, answer.status);
      });
      app.get('/v1/backups', async (c) => answerJson(c, await listBackups(tools, c.req.query(), incoming(c))));
    },
    on: {
      'dev.soteria.backup.requested.v1': (event, from) => askByEvent(tools, event, from),
      'dev.soteria.namespacebackup.requested.v1': (event, from) => askForNamespaceByEvent(tools, event, from),
      'dev.soteria.operation.due.v1': (event, from) => wakeBySweep(tools, event, from),
      'dev.soteria.leftovers.due.v1': async (_event, from) => {
        for (const driver of Object.values(tools.drivers)) await driver.tidyLeftovers(from);
      },
      'dev.knative.apiserver.ref.add': (event, from) => wakeByObject(tools, memory, event, from),
      'dev.knative.apiserver.ref.update': (event, from) => wakeByObject(tools, memory, event, from),
      'dev.knative.apiserver.ref.delete': (event, from) => wakeByObject(tools, memory, event, from),
    },
  };
}
