/** `namespace/claim` with stars, as policies name claims. Pure. */

export interface ClaimPatterns {
  isMatch(namespace: string, name: string): boolean;
  /** Namespaces that the patterns name without a star; undefined: a pattern may match in any namespace. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** The very claims, when no pattern has a star. */
  readonly exact: ReadonlySet<string> | undefined;
}

export function compilePatterns(patterns: readonly string[]): ClaimPatterns {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const starred = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => toRegExp(pattern));
  const namespaces = patterns.map((pattern) => pattern.slice(0, pattern.indexOf('/')));
  return {
    isMatch(namespace, name) {
      if (patterns.length === 0) return false;
      const text = `${namespace}/${name}`;
      return exact.has(text) || starred.some((pattern) => pattern.test(text));
    },
    namespaces: namespaces.some((namespace) => namespace.includes('*')) ? undefined : new Set(namespaces),
    exact: starred.length === 0 ? exact : undefined,
  };
}

/** A star never reaches over the slash. */
function toRegExp(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replaceAll('.', String.raw`\.`));
  return new RegExp(`^${parts.join('[^/]*')}$`);
}
