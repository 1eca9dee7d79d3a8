/** What the mesh reports to its watchers: one value per thing that happened, in the order it happened. */

export type MeshActivity =
  | { readonly kind: 'woke'; readonly service: string; readonly ms: number }
  | { readonly kind: 'slept'; readonly service: string }
  | {
      readonly kind: 'crashed';
      readonly service: string;
      /** `undefined` when a signal ended the process. */
      readonly exitCode: number | undefined;
      readonly signal: string | undefined;
      readonly lastErrorLine: string;
    }
  | ({ readonly kind: 'event'; readonly broker: string } & EventIdentity)
  | ({
      readonly kind: 'delivered';
      readonly trigger: string;
      readonly status: number;
      readonly ms: number;
    } & EventIdentity)
  | ({
      readonly kind: 'retried';
      readonly trigger: string;
      /** 1 for the first repetition. */
      readonly retry: number;
      readonly reason: string;
      readonly delayMs: number;
    } & EventIdentity)
  | ({
      readonly kind: 'dead-lettered';
      readonly trigger: string;
      readonly code: number;
      readonly to: string;
    } & EventIdentity)
  | ({ readonly kind: 'lost'; readonly trigger: string; readonly code: number } & EventIdentity)
  | ({ readonly kind: 'replied'; readonly trigger: string } & EventIdentity)
  | ({ readonly kind: 'pinged'; readonly pingSource: string; readonly status: number } & EventIdentity)
  | ({ readonly kind: 'source-event'; readonly apiServerSource: string; readonly status: number } & EventIdentity)
  | { readonly kind: 'log'; readonly service: string; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | { readonly kind: 'warning'; readonly message: string };

export interface EventIdentity {
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly subject: string | undefined;
}

export type OnActivity = (activity: MeshActivity) => void;
