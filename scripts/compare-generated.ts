/** What a folder tree holds against what it should hold. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFolders, type GeneratedFile } from './generated-files.ts';

export interface Difference {
  readonly path: string;
  readonly is: 'missing' | 'outdated' | 'left over';
}

export function compareGenerated(root: string, files: readonly GeneratedFile[]): Difference[] {
  const wanted = new Set(files.map(({ path }) => path));
  const differences = files.flatMap(({ path, content }): Difference[] => {
    const absolute = join(root, path);
    if (!existsSync(absolute)) return [{ path, is: 'missing' }];
    return readFileSync(absolute, 'utf8') === content ? [] : [{ path, is: 'outdated' }];
  });
  const present = generatedFolders.flatMap((folder) => {
    const absolute = join(root, folder);
    return existsSync(absolute) ? readdirSync(absolute).map((name) => `${folder}/${name}`) : [];
  });
  const leftOver = present.filter((path) => !wanted.has(path)).map((path): Difference => ({ path, is: 'left over' }));
  return [...differences, ...leftOver];
}
