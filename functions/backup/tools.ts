/** What every door of this function works with; `main.ts` puts it together. */
import type { Caller } from '@soteria/shared/function/contract.ts';
import type { AdvanceTools } from './advance.ts';
import type { BackupSettings } from './config.ts';

/** Throws `forbidden` unless the caller may do this to Operations there; without a namespace: in all of them. */
export type Authorize = (
  caller: Caller,
  asked: { readonly verb: 'create' | 'get' | 'list' | 'update'; readonly namespace?: string; readonly name?: string },
) => Promise<void>;

export interface BackupTools extends AdvanceTools {
  readonly authorize: Authorize;
  readonly settings: Pick<BackupSettings, 'driver'>;
}
