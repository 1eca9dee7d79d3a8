/** restic, built from source: a repository of empty snapshots with the instants of a test, and the snapshots that `restic forget` would keep. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtServersDir } from '../servers/find-server-binaries.ts';

const binary = join(builtServersDir, 'restic');
export const hasRestic = existsSync(binary);

export interface Repository {
  /** One snapshot for each instant, with the time zone's offset stored in it. */
  add(host: string, instants: readonly Date[]): Promise<void>;
  /** The instants kept for each host, newest first. */
  keep(args: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  remove(): Promise<void>;
}

interface Group {
  readonly host: string;
  readonly keep: readonly { readonly time: string }[] | null;
}

/** `timeZone` must be one whose offset never changes: restic reads and stores the instants by it. */
export async function createRepository(timeZone: string): Promise<Repository> {
  const dir = await mkdtemp(join(tmpdir(), 'soteria-restic-'));
  const env = {
    RESTIC_REPOSITORY: join(dir, 'repository'),
    RESTIC_PASSWORD: 'test',
    RESTIC_CACHE_DIR: join(dir, 'cache'),
    HOME: dir,
    TZ: timeZone,
  };
  const run = async (args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(binary, args, { cwd: dir, env, maxBuffer: 64 * 1024 * 1024 })).stdout;
  await mkdir(join(dir, 'data'));
  await writeFile(join(dir, 'data/file'), 'content');
  await run(['init', '--quiet']);
  return {
    async add(host, instants) {
      for (const at of instants) {
        await run(['backup', '--quiet', '--host', host, '--time', inZone(at, timeZone), 'data']);
      }
    },
    async keep(args) {
      const groups = JSON.parse(await run(['forget', '--dry-run', '--json', '--group-by', 'host', ...args])) as Group[];
      return new Map(
        groups.map(({ host, keep }) => [
          host,
          (keep ?? [])
            .map(({ time }) => new Date(time).toISOString())
            .toSorted()
            .toReversed(),
        ]),
      );
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** The instant in the form of `restic backup --time`: the clock of the process's own zone. */
function inZone(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
}
