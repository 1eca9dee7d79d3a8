/** Holds the GitHub workflows against actionlint, which `test/tools/lint` pins. Without Go it says so and checks nothing. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const toolsDir = join(root, 'test/tools/lint');

if (spawnSync('go', ['version'], { cwd: toolsDir, stdio: 'ignore' }).status === 0) {
  const workflows = ['release', 'verify'].map((name) => join(root, `.github/workflows/${name}.yaml`));
  const { status } = spawnSync('go', ['tool', 'actionlint', ...workflows], { cwd: toolsDir, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  console.warn('WORKFLOWS WERE NOT CHECKED: actionlint is built with Go, and there is no `go` on the PATH.');
}
