/** Of fetch's Headers, what a door reads. Names in any case. */
export interface RequestHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
}
