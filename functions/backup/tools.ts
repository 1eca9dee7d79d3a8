/** What every door of this function works with; `main.ts` puts it together. */
import type { Authorize } from '@soteria/shared/identity/authorize.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import type { AdvanceTools } from './advance.ts';
import type { BackupSettings } from './config.ts';

export interface BackupTools extends AdvanceTools {
  readonly authorize: Authorize;
  /** What restore tests have proved and refuted. */
  readonly verified: Pick<VerifiedPoints, 'proofs' | 'proofOf'>;
  readonly settings: Pick<BackupSettings, 'driver' | 'authRequired'>;
}
