/** The doors of the function `notify`: no logic here. */
import type { EventHandler, FunctionDefinition } from '@soteria/shared/function/contract.ts';
import { answerJson, readJsonBody } from '@soteria/shared/function/json-body.ts';
import { oneAtATime } from './look/one-at-a-time.ts';
import type { NotifyTools } from './tools.ts';

export function defineNotify(tools: NotifyTools): FunctionDefinition {
  const lookOnce = oneAtATime(async (incoming: Parameters<EventHandler>[1]) => {
    const { look } = await import('./look/look.ts');
    await look(tools, incoming);
  });
  // What an event says is never believed: it is a reason to look.
  const wake: EventHandler = (_event, incoming) => lookOnce(incoming);
  return {
    name: 'notify',
    routes: (app) => {
      app.get('/v1/notify', async (c) => {
        const { readNotify } = await import('./doors/read-notify.ts');
        return answerJson(c, await readNotify(tools, c.get('incoming')));
      });
      app.post('/v1/notify/test', async (c) => {
        const { testChannel } = await import('./doors/test-channel.ts');
        return answerJson(c, await testChannel(tools, await readJsonBody(c), c.get('incoming')));
      });
    },
    on: {
      'dev.knative.sources.ping': wake,
      'dev.soteria.expectation.missed.v1': wake,
      'dev.soteria.expectation.recovered.v1': wake,
      'dev.soteria.backup.failed.v1': wake,
      'dev.soteria.restore.failed.v1': wake,
      'dev.soteria.restoretest.refuted.v1': wake,
      'dev.soteria.restoretest.inconclusive.v1': wake,
      'dev.soteria.selftest.failed.v1': wake,
      'dev.soteria.prune.failed.v1': wake,
      'dev.soteria.prune.skipped.v1': wake,
    },
  };
}
