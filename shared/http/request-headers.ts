/** The members of fetch's Headers that a door reads. Names are case-insensitive. */
export interface RequestHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
}
