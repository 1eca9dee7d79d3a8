/** Which function owns a path under `/v1`. A test holds this table to the declared routes and to the annotations of the manifests. Pure. */

export const ownedPaths = {
  backup: ['/v1/backup', '/v1/backups'],
  restore: ['/v1/restores', '/v1/restore-test', '/v1/backups/adopt', '/v1/selftest', '/v1/recovery'],
  'policy-tick': ['/v1/dead-letters', '/v1/policies', '/v1/coverage', '/v1/backups/hold', '/v1/backups/release'],
  'b2-usage': ['/v1/b2'],
  notify: ['/v1/notify'],
} as const;

export type Owner = keyof typeof ownedPaths;
export const owners = Object.keys(ownedPaths) as Owner[];

/** The longest path wins; one also covers what lies below it, but not what merely begins alike. */
export function findOwner(path: string): Owner | undefined {
  let best: { readonly owner: Owner; readonly length: number } | undefined;
  for (const owner of owners) {
    for (const owned of ownedPaths[owner]) {
      const isUnder = path === owned || path.startsWith(`${owned}/`);
      if (isUnder && owned.length > (best?.length ?? 0)) best = { owner, length: owned.length };
    }
  }
  return best?.owner;
}
