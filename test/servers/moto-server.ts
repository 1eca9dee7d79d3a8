/** moto, installed by `npm run servers`: an S3 server with versions, delete markers and multipart uploads, in memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtServersDir } from './find-server-binaries.ts';
import { findFreePort } from './free-port.ts';
import { waitUntil } from './wait-until.ts';

const motoDir = join(builtServersDir, 'moto');
export const hasMoto = existsSync(join(motoDir, 'moto'));

export interface MotoServer {
  readonly url: URL;
  /** A call that changes the bucket; moto accepts every signature. Throws for a status from 300. */
  call(method: string, path: string, body?: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startMotoServer(): Promise<MotoServer> {
  const port = await findFreePort();
  const url = new URL(`http://127.0.0.1:${port}`);
  const env = { ...process.env, PYTHONPATH: motoDir, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    env,
    stdio: 'ignore',
  });
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  await waitUntil('moto listens', async () => (await fetch(url)).status > 0, {
    assertPossible: () => {
      if (child.exitCode !== null) throw new Error(`moto has ended with ${child.exitCode}`);
    },
  });
  // moto reads region and service from here.
  const credential = 'AKIDTEST/20260101/us-east-1/s3/aws4_request';
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`;
  return {
    url,
    async call(method, path, body) {
      const answer = await fetch(new URL(path, url), {
        method,
        headers: { authorization },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`moto answers ${answer.status} to ${method} ${path}: ${text}`);
      return text;
    },
    async stop() {
      process.removeListener('exit', killNow);
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    },
  };
}
