/** The doors of the function `console`: no logic here. */
import type { FunctionDefinition } from '@soteria/shared/function/contract.ts';
import { answerJson } from '@soteria/shared/function/json-body.ts';
import { reportPaused } from '@soteria/shared/function/report-paused.ts';
import { answerInventory } from './inventory/read-inventory.ts';
import { servePage } from './page-files/serve-page.ts';
import type { ConsoleTools } from './tools.ts';
import { whoAmI } from './who/who-am-i.ts';

export function defineConsole(tools: ConsoleTools): FunctionDefinition {
  return {
    name: 'console',
    routes: (app) => {
      reportPaused(app, tools.isPaused);
      app.get('/v1/inventory', (c) => answerInventory(tools, c));
      app.get('/v1/whoami', async (c) => answerJson(c, await whoAmI(tools, c.req.query(), c.get('incoming'))));
      // `all`: a path that nobody owns is refused by the kit.
      app.all('/v1/*', async (c, next) => (await tools.passOn(c)) ?? next());
      servePage(app, tools.pageFiles);
    },
    // No event wakes it: a person or a scrape does.
    on: {},
  };
}
