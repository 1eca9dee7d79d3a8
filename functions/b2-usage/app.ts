/** The doors of the function `b2-usage`: no logic here. */
import type { FunctionDefinition } from '@soteria/shared/function/contract.ts';
import { answerJson } from '@soteria/shared/function/json-body.ts';
import { reportPaused } from '@soteria/shared/function/report-paused.ts';
import { getUsage, postMeasure } from './doors/usage-http.ts';
import { requestByEvent, wakeByDue, wakeByJob, wakeBySchedule } from './doors/wake.ts';
import type { UsageTools } from './tools.ts';

export function defineUsage(tools: UsageTools): FunctionDefinition {
  return {
    name: 'b2-usage',
    routes: (app) => {
      reportPaused(app, tools.isPaused);
      app.get('/v1/b2', async (c) => answerJson(c, await getUsage(tools, c.req.query(), c.get('incoming'))));
      app.post('/v1/b2/measure', async (c) => {
        const body = await postMeasure(tools, c.get('incoming'));
        c.header('location', body.report);
        return answerJson(c, body, 202);
      });
    },
    on: {
      'dev.knative.sources.ping': (event, incoming) => wakeBySchedule(tools, event, incoming),
      'dev.soteria.usage.requested.v1': (event, incoming) => requestByEvent(tools, event, incoming),
      'dev.knative.apiserver.ref.add': (event, incoming) => wakeByJob(tools, event, incoming),
      'dev.knative.apiserver.ref.update': (event, incoming) => wakeByJob(tools, event, incoming),
      'dev.knative.apiserver.ref.delete': (event, incoming) => wakeByJob(tools, event, incoming),
      'dev.soteria.usage.due.v1': (event, incoming) => wakeByDue(tools, event, incoming),
    },
  };
}
