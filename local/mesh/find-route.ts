/** Finds the Service that a path belongs to. */

export interface Route {
  /** Such as `/v1/backup`; covers the paths below it too, but not `/v1/backups`. */
  readonly prefix: string;
  /** Base URL of the Service's listener. */
  readonly url: string;
}

export const routesAnnotation = 'soteria.dev/routes';

/** The annotation's comma-separated prefixes, without trailing slashes; `/` alone covers every path. */
export function readPrefixes(annotation: string | undefined): string[] {
  return (annotation ?? '')
    .split(',')
    .map((prefix) => prefix.trim().replace(/(.)\/+$/, '$1'))
    .filter((prefix) => prefix.startsWith('/'));
}

/** The longest prefix wins; of two equal ones the first. */
export function findRoute(routes: readonly Route[], path: string): Route | undefined {
  let best: Route | undefined;
  for (const route of routes) {
    const isUnder = route.prefix === '/' || path === route.prefix || path.startsWith(`${route.prefix}/`);
    if (!isUnder) continue;
    if (best === undefined || route.prefix.length > best.prefix.length) best = route;
  }
  return best;
}
