/** What every door of this function works with; `main.ts` puts it together. */
import type { Authorize } from '@soteria/shared/identity/authorize.ts';
import type { Adoptions } from './adopt/adoptions.ts';
import type { AdvanceTools } from './advance.ts';

export interface RestoreTools extends AdvanceTools {
  readonly authorize: Authorize;
  readonly adoptions: Adoptions;
  readonly longhornNamespace: string;
}
