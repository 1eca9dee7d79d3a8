/** A store with a certificate of a private authority: refused in clear words until SOTERIA_B2_CA names that authority. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureBucket, type MeasureOptions, tallyOf } from './measure-bucket.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('SKIPPED: no openssl to make certificates with: private authorities were not tested.');

const listing =
  '<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>a</Key><IsLatest>true</IsLatest><Size>7</Size></Version></ListVersionsResult>';

describe.skipIf(!hasOpenssl)('a store with a certificate of a private authority', () => {
  let folder: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'soteria-tls-'));
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true });
  });

  /** With a self-signed certificate, valid for this name. */
  async function startStore(name: string): Promise<{ endpoint: URL; ca: string }> {
    const [keyFile, certificateFile] = [join(folder, `${servers.length}.key`), join(folder, `${servers.length}.crt`)];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const subject = ['-subj', '/CN=store', '-addext', `subjectAltName=${name}`, '-days', '1'];
    const made = spawnSync('openssl', ['req', '-x509', ...key, '-out', certificateFile, ...subject], {
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(made.stderr);
    const ca = await readFile(certificateFile, 'utf8');
    const server = createServer({ key: await readFile(keyFile), cert: ca }, (_request, response) =>
      response.end(listing),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    const address = server.address();
    return { endpoint: new URL(`https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`), ca };
  }

  const measure = (more: Pick<MeasureOptions['store'], 'endpoint' | 'ca'>) =>
    measureBucket({ store: { api: 's3', buckets: [{ name: 'b', prefix: '' }], ...more } });
  const refused = { code: 'bucket_refused', details: { reason: 'tls_failed' } };

  it('is refused until its authority is configured as trusted', async () => {
    const { endpoint } = await startStore('IP:127.0.0.1');
    await expect(measure({ endpoint, ca: undefined })).rejects.toMatchObject(refused);
  });

  it('is measured when its authority is named', async () => {
    const { endpoint, ca } = await startStore('IP:127.0.0.1');
    expect(tallyOf(await measure({ endpoint, ca }))).toMatchObject({ bytes: 7, objects: 1 });
  });

  it('is refused when the certificate comes from another authority, or is for another name', async () => {
    const { endpoint, ca } = await startStore('DNS:store.example');
    const other = await startStore('IP:127.0.0.1');
    await expect(measure({ endpoint, ca })).rejects.toMatchObject(refused);
    await expect(measure({ endpoint: other.endpoint, ca })).rejects.toMatchObject(refused);
  });

  it('is distinguished from a server without TLS', async () => {
    const plain = (await import('node:http')).createServer((_request, response) => response.end(listing));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const address = plain.address();
    const endpoint = new URL(`https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    await expect(measure({ endpoint, ca: undefined })).rejects.toMatchObject(refused);
    plain.close();
  });
});
