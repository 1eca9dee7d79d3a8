/** ntfy, unpacked by `npm run servers`: users and tokens, and nobody may do what is not granted. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { builtServersDir } from './find-server-binaries.ts';
import { findFreePort } from './free-port.ts';
import { startServerProcess } from './server-process.ts';
import { waitUntil } from './wait-until.ts';

const binary = join(builtServersDir, 'ntfy/usr/bin/ntfy');
/** Built for the C library of Debian, it may be there and not run here. */
export const hasNtfy = existsSync(binary) && spawnSync(binary, ['--help'], { stdio: 'ignore' }).status === 0;

export interface NtfyServer {
  readonly url: string;
  /** Of the user `soteria`, who may write to the topic `backups` and read nothing. */
  readonly token: string;
  /** What the topic holds now, the oldest first. */
  read(): Promise<readonly NtfyMessage[]>;
  stop(): Promise<void>;
}

const message = z.looseObject({
  id: z.string(),
  event: z.string(),
  title: z.string().optional(),
  message: z.string().optional(),
  priority: z.int().optional(),
  tags: z.array(z.string()).optional(),
  sequence_id: z.string().optional(),
  click: z.string().optional(),
});
export type NtfyMessage = z.infer<typeof message>;

export async function startNtfyServer(): Promise<NtfyServer> {
  const folder = await mkdtemp(join(tmpdir(), 'soteria-ntfy-'));
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const configFile = join(folder, 'server.yml');
  const config = {
    'base-url': url,
    'listen-http': `127.0.0.1:${port}`,
    'cache-file': join(folder, 'cache.db'),
    'auth-file': join(folder, 'auth.db'),
    'auth-default-access': 'deny-all',
  };
  await writeFile(configFile, JSON.stringify(config));
  const run = (...args: readonly string[]): string => {
    const env = { ...process.env, NTFY_PASSWORD: 'not-a-secret-of-anybody' };
    const { status, stdout, stderr } = spawnSync(binary, [...args], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`ntfy ${args.join(' ')}: ${stderr}`);
    return `${stdout}${stderr}`;
  };
  const server = startServerProcess('ntfy', binary, ['serve', '--config', configFile], join(folder, 'ntfy.log'));
  await waitUntil('ntfy listens', async () => (await fetch(`${url}/v1/health`)).ok, {
    assertPossible: () => server.assertRunning(),
  });
  for (const [name, right] of [
    ['soteria', 'write-only'],
    ['reader', 'read-only'],
  ] as const) {
    run('user', '--config', configFile, 'add', name);
    run('access', '--config', configFile, name, 'backups', right);
  }
  const tokenOf = (user: string): string => {
    const [token] = /tk_\w+/.exec(run('token', '--config', configFile, 'add', user)) ?? [];
    if (token === undefined) throw new Error('ntfy has made no token');
    return token;
  };
  const [token, readerToken] = [tokenOf('soteria'), tokenOf('reader')];
  return {
    url,
    token,
    async read() {
      const headers = { authorization: `Bearer ${readerToken}` };
      const answer = await fetch(`${url}/backups/json?poll=1&since=all`, { headers });
      if (!answer.ok) throw new Error(`ntfy answers ${answer.status}: ${await answer.text()}`);
      const lines = (await answer.text()).split('\n').filter((line) => line !== '');
      return lines.map((line) => message.parse(JSON.parse(line))).filter(({ event }) => event === 'message');
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
