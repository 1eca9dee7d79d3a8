/** The real kubectl, pointed at one store. */
import { execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { builtServersDir } from '../servers/find-server-binaries.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Kubectl {
  /** Runs to its end, with `input` as standard input. */
  run(args: readonly string[], input?: string): Promise<Outcome>;
  /** The lines of a command that runs until it is stopped. */
  follow(args: readonly string[]): { readonly lines: AsyncIterator<string>; stop(): void };
}

export const kubectlFix =
  'no kubectl in KUBEBUILDER_ASSETS, in .cache/servers or on the PATH. Run `npm run servers`, or install kubectl.';

/** In KUBEBUILDER_ASSETS, among the built servers, or on the PATH. */
export function findKubectl(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const dirs = [environment['KUBEBUILDER_ASSETS'], builtServersDir, ...(environment['PATH'] ?? '').split(delimiter)];
  return dirs.flatMap((dir) => (dir === undefined || dir === '' ? [] : [join(dir, 'kubectl')])).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `dir` holds kubectl's cache, so that the cache of another cluster is neither used nor changed. */
export function kubectlFor(binary: string, kubeconfig: string, dir: string): Kubectl {
  const common = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(dir, 'kubectl-cache')}`];
  return {
    run: (args, input) =>
      new Promise((resolve) => {
        const child = execFile(binary, [...common, ...args], { timeout: 30_000 }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
        });
        child.stdin?.end(input ?? '');
      }),
    follow(args) {
      const child = spawn(binary, [...common, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
      return { lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), stop: () => child.kill() };
    },
  };
}
