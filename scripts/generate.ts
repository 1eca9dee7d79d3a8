/**
 * `npm run generate`: writes what is made from the schemas. `npm run generate -- --check` writes nothing and fails when a file is
 * missing, outdated or left over.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareGenerated } from './compare-generated.ts';
import { generatedFiles } from './generated-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = generatedFiles();
const differences = compareGenerated(root, files);

if (process.argv.includes('--check')) {
  for (const { path, is } of differences) console.error(`${path} is ${is}: run \`npm run generate\``);
  process.exitCode = differences.length === 0 ? 0 : 1;
} else {
  for (const { path, is } of differences) {
    if (is === 'left over') rmSync(join(root, path));
    const file = files.find((one) => one.path === path);
    if (file !== undefined) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), file.content);
    }
    console.log(`${is === 'left over' ? 'removed' : 'wrote'} ${path}`);
  }
  if (differences.length === 0) console.log('everything generated is up to date');
}
