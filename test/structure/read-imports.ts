/** The imports of the repository's programs, read as text. Tests, and files that only tests load, may import anything and are left out. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export interface Import {
  /** Paths from the root of the repository. */
  readonly from: string;
  readonly to: string;
}

const isTest = /\.test\.ts$|\/testing\/|\/(test-bench|fixtures)\.ts$/;

export function readImports(root: string): Import[] {
  const packages = packagePaths(root);
  return sourcesIn(root).flatMap((from) =>
    specifiersIn(readFileSync(join(root, from), 'utf8')).flatMap((specifier) => {
      const to = pathOf(from, specifier, packages);
      return to === undefined ? [] : [{ from, to }];
    }),
  );
}

export function sourcesIn(root: string): string[] {
  return foldersIn(root).flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((path) => path.endsWith('.ts') && !path.includes('node_modules') && !isTest.test(path)),
  );
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`; also of types alone. */
export function specifiersIn(source: string): string[] {
  return [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'/g)].map(([, specifier = '']) => specifier);
}

/** Undefined: not a file of ours. */
export function pathOf(from: string, specifier: string, packages: ReadonlyMap<string, string>): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  const [scope = '', name = '', ...rest] = specifier.split('/');
  const folder = packages.get(`${scope}/${name}`);
  return folder === undefined ? undefined : join(folder, ...rest);
}

/** Name → folder, of each workspace. */
function packagePaths(root: string): Map<string, string> {
  const found = foldersIn(root).flatMap((folder) =>
    ['', ...foldersIn(join(root, folder))].map((child) => join(folder, child)),
  );
  return new Map(
    found.flatMap((folder): [string, string][] => {
      const name = packageName(join(root, folder, 'package.json'));
      return name === undefined ? [] : [[name, folder]];
    }),
  );
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$)/.test(entry.name))
    .map(({ name }) => name);
}

function packageName(path: string): string | undefined {
  try {
    return /"name": "([^"]+)"/.exec(readFileSync(path, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
