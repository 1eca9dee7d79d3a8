/** rclone, built from source: an S3 server over a folder, and an independent client that counts a bucket. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtServersDir } from './find-server-binaries.ts';
import { findFreePort } from './free-port.ts';
import { waitUntil } from './wait-until.ts';

export const rcloneBinary = join(builtServersDir, 'rclone');
export const hasRclone = existsSync(rcloneBinary);

export interface S3Server {
  readonly url: URL;
  /** `rclone size` of a bucket, by S3. */
  size(bucket: string): Promise<{ readonly bytes: number; readonly count: number }>;
  stop(): Promise<void>;
}

export interface S3Keys {
  readonly keyId: string;
  readonly applicationKey: string;
}

/** Every folder directly below `folder` is a bucket. */
export async function startRcloneServer(folder: string, { keyId, applicationKey }: S3Keys): Promise<S3Server> {
  const address = `127.0.0.1:${await findFreePort()}`;
  const args = ['serve', 's3', folder, '--addr', address, '--auth-key', `${keyId},${applicationKey}`];
  // Folders are read anew with every request, so that files of a test are listed at once.
  const fresh = ['--dir-cache-time', '0s', '--config', '/dev/null'];
  const child = spawn(rcloneBinary, [...args, ...fresh], { stdio: 'ignore' });
  const url = new URL(`http://${address}`);
  await waitUntil('rclone listens', async () => (await fetch(url)).status > 0, {
    assertPossible: () => {
      if (child.exitCode !== null) throw new Error(`rclone has ended with ${child.exitCode}`);
    },
  });
  return {
    url,
    size: (bucket) => rcloneSize({ endpoint: url, keys: { keyId, applicationKey }, bucket, provider: 'Rclone' }),
    async stop() {
      if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    },
  };
}

export interface SizeQuery {
  readonly endpoint: URL;
  readonly keys: S3Keys;
  readonly bucket: string;
  /** rclone's name for the kind of server. */
  readonly provider?: string;
  /** Counts older versions too. */
  readonly withVersions?: boolean;
}

/** `rclone size` of a bucket of any S3 server. */
export async function rcloneSize(query: SizeQuery): Promise<{ readonly bytes: number; readonly count: number }> {
  const { endpoint, keys, bucket, provider = 'Other', withVersions = false } = query;
  const secrets = `access_key_id=${keys.keyId},secret_access_key=${keys.applicationKey},force_path_style=true`;
  const versions = withVersions ? ',versions=true' : '';
  const remote = `:s3,provider=${provider},endpoint='${endpoint.origin}',${secrets}${versions}:${bucket}`;
  const { stdout } = await promisify(execFile)(rcloneBinary, [
    'size',
    remote,
    '--fast-list',
    '--json',
    '--config',
    '/dev/null',
  ]);
  const { bytes, count } = JSON.parse(stdout) as { bytes: number; count: number };
  return { bytes, count };
}
