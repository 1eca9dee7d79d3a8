/** What a look finds: claims as the last evaluation decided, and how the last Operation of each subject ended. */
import type { Explanation } from '@soteria/shared/errors.ts';

export interface ClaimCoverage {
  readonly namespace: string;
  readonly pvc: string;
  readonly policy?: string | undefined;
  /** Of the coverage reason. */
  readonly code: string;
  readonly why: string;
  readonly fix?: string | undefined;
  readonly detail?: string | undefined;
  readonly missedSince?: string | undefined;
  /** Data of its newest restorable point. */
  readonly newestAt?: string | undefined;
}

export interface EndedOperation {
  readonly kind: string;
  readonly name: string;
  /** Of the Operation. */
  readonly namespace: string;
  readonly subject: string;
  readonly policy?: string | undefined;
  readonly finishedAt: string;
  readonly outcome: 'good' | 'failed' | 'refuted';
  readonly error?: (Explanation & { readonly code: string }) | undefined;
  readonly hasFailedChildren: boolean;
}
