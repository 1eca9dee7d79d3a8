/** The doors of the function `console`: no logic here. */
import type { Context } from 'hono';
import type { FunctionDefinition, KitEnv } from '@soteria/shared/function/contract.ts';
import { answerJson } from '@soteria/shared/function/json-body.ts';
import { reportPaused } from '@soteria/shared/function/report-paused.ts';
import { answerInventory } from './inventory/read-inventory.ts';
import { cancelOperation, getOperation, listOperations } from './operations/operation-doors.ts';
import { serveDocuments } from './page-files/serve-documents.ts';
import { servePage } from './page-files/serve-page.ts';
import { streamEvents, streamOperation } from './stream/stream-doors.ts';
import type { ConsoleTools } from './tools.ts';
import { answerStranger } from './who/answer-stranger.ts';
import { limitChanges } from './who/limit-changes.ts';
import { refuseCrossSite } from './who/refuse-cross-site.ts';
import { whoAmI } from './who/who-am-i.ts';

export function defineConsole(tools: ConsoleTools): FunctionDefinition {
  const incoming = (c: Context<KitEnv>) => c.get('incoming');
  return {
    name: 'console',
    routes: (app) => {
      // Before every route: who is not known sees nothing, and a change that another site sends changes nothing.
      app.use('*', answerStranger(), refuseCrossSite());
      app.use('*', limitChanges({ perMinute: tools.settings.changesPerMinute, now: tools.now }));
      reportPaused(app, tools.isPaused);
      app.get('/v1/inventory', (c) => answerInventory(tools, c));
      app.get('/v1/whoami', async (c) => answerJson(c, await whoAmI(tools, c.req.query(), incoming(c))));
      app.get('/v1/operations', async (c) => answerJson(c, await listOperations(tools, c.req.query(), incoming(c))));
      app.get('/v1/operations/:name', async (c) =>
        answerJson(c, await getOperation(tools, c.req.param('name'), c.req.query('namespace'), incoming(c))),
      );
      app.post('/v1/operations/:name/cancel', async (c) =>
        answerJson(c, await cancelOperation(tools, c.req.param('name'), c.req.query('namespace'), incoming(c)), 202),
      );
      app.get('/v1/operations/:name/stream', (c) => streamOperation(tools, c));
      app.get('/v1/events', (c) => streamEvents(tools, c));
      serveDocuments(app, tools.documents);
      // `all`: a path that nobody owns is refused by the kit.
      app.all('/v1/*', async (c, next) => (await tools.passOn(c)) ?? next());
      servePage(app, tools.pageFiles);
    },
    // No event wakes it: a person or a scrape does.
    on: {},
  };
}
