/** The doors of the function `console`: no logic here. */
import type { FunctionDefinition } from '@soteria/shared/function/contract.ts';
import { reportPaused } from '@soteria/shared/function/report-paused.ts';
import { servePage } from './page-files/serve-page.ts';
import type { ConsoleTools } from './tools.ts';

export function defineConsole(tools: ConsoleTools): FunctionDefinition {
  return {
    name: 'console',
    routes: (app) => {
      reportPaused(app, tools.isPaused);
      servePage(app, tools.pageFiles);
    },
    // No event wakes it: a person or a scrape does.
    on: {},
  };
}
