/** The members of `GET /v1/b2`'s answer that the tests read. */
export interface UsageReport {
  readonly state: string;
  readonly measured_at: string | null;
  readonly measuring: { readonly job: string | null } | null;
  readonly failure: object | null;
  readonly totals: { readonly current_bytes: number; readonly current_objects: number } | null;
  readonly claims: readonly { readonly namespace: string; readonly pvc: string; readonly backups: number }[];
}
