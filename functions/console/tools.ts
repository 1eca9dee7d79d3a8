/** What every door of this function works with; `main.ts` puts it together. */
import type { IsPaused } from '@soteria/shared/function/report-paused.ts';
import type { PageFiles } from './page-files/read-page-files.ts';

export interface ConsoleTools {
  readonly isPaused: IsPaused;
  readonly pageFiles: PageFiles;
}
