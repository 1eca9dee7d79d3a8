/** For test files under `test/longhorn`: an API server with Longhorn's definitions, and Longhorn's own admission webhook before it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureLonghornObjects } from '@soteria/local/longhorn/seed.ts';
import type { WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { longhornGroup, longhornVersion } from '@soteria/shared/longhorn/resource-types.ts';
import { describe } from 'vitest';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { builtServersDir, explainMissing, findServerBinaries } from '../servers/find-server-binaries.ts';
import { findFreePort } from '../servers/free-port.ts';
import { installCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { hasReferenceCrds, referenceFix } from '../servers/reference-dir.ts';
import { type ServerProcess, startServerProcess } from '../servers/server-process.ts';
import { waitUntil } from '../servers/wait-until.ts';

const binary = join(builtServersDir, 'longhorn-webhook');

function whyNot(): string | undefined {
  const binaries = findServerBinaries();
  if ('missing' in binaries) return explainMissing(binaries);
  if (!existsSync(binary)) return `no ${binary}: run \`npm run servers\``;
  return hasReferenceCrds() ? undefined : referenceFix;
}

const why = whyNot();
if (why !== undefined) console.warn(`SKIPPED: our objects were not put before Longhorn's own webhook: ${why}`);

type Suite = (title: string, body: () => void) => void;

/** With REQUIRE_LONGHORN=1 every test fails where it would be skipped otherwise. */
export const describeBehindWebhook: Suite = describe.skipIf(
  why !== undefined && process.env['REQUIRE_LONGHORN'] !== '1',
);

/** The webhook knows the objects of one namespace only. */
export const namespace = 'longhorn-system';

const apiVersion = `${longhornGroup}/${longhornVersion}`;
const base = `/apis/${apiVersion}/namespaces/${namespace}`;
const engineImage = 'longhornio/longhorn-engine:v1.12.0';
const kinds = ['volumes', 'snapshots', 'backups', 'backupvolumes', 'engines', 'backingimages', 'backupbackingimages'];

interface Listed {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

export interface WebhookBed {
  readonly server: ApiServer;
  readonly client: WatchingClient;
  setWebhookDown(isDown: boolean): Promise<void>;
  /** Deletes every object of Longhorn except its targets; no controller may work on them. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export interface WebhookBedOptions {
  /** Longhorn's setting `default-engine-image`; null: the setting does not exist yet. Default: the deployed image. */
  readonly defaultEngineImage?: string | null;
}

export async function startWebhookBed(options: WebhookBedOptions = {}): Promise<WebhookBed> {
  if (why !== undefined) throw new Error(`REQUIRE_LONGHORN=1, but ${why}`);
  const server = await startApiServer();
  try {
    return await startBefore(server, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startBefore(
  server: ApiServer,
  { defaultEngineImage = engineImage }: WebhookBedOptions,
): Promise<WebhookBed> {
  const { adminClient: admin, url, caPem, adminToken } = server;
  await installCrds(admin, readReferenceCrds());
  const client = createWatchingClient({ server: new URL(url), ca: caPem, token: () => Promise.resolve(adminToken) });
  await ensureLonghornObjects(client, { namespace });

  const setSetting = (name: string, value: string) =>
    admin.apply({ apiVersion, kind: 'Setting', metadata: { name, namespace }, value });
  // The objects that the manager makes at its start, before the webhook is called.
  const name = `ei-${createHash('sha512').update(engineImage).digest('hex').slice(0, 8)}`;
  await admin.apply({
    apiVersion,
    kind: 'EngineImage',
    metadata: { name, namespace },
    spec: { image: engineImage },
  });
  if (defaultEngineImage !== null) await setSetting('default-engine-image', defaultEngineImage);
  await setSetting('default-instance-manager-image', 'longhornio/longhorn-instance-manager:v1.12.0');

  const address = `127.0.0.1:${await findFreePort()}`;
  let starts = 0;
  async function startWebhook(): Promise<ServerProcess> {
    const logPath = join(server.dir, `longhorn-webhook-${(starts += 1)}.log`);
    const args = [`POD_NAMESPACE=${namespace}`, 'NODE_NAME=local', binary, server.kubeconfigPath, address];
    const started = startServerProcess('longhorn-webhook', 'env', args, logPath);
    const isReady = () => /^ready$/m.test(readFileSync(logPath, 'utf8'));
    await waitUntil("Longhorn's webhook is ready", isReady, { assertPossible: () => started.assertRunning() });
    return started;
  }
  let webhook = await startWebhook();

  return {
    server,
    client,
    async setWebhookDown(isDown) {
      if (isDown) await webhook.stop();
      else webhook = await startWebhook();
    },
    async clear() {
      for (const kind of kinds) {
        const { items } = await admin.must<Listed>('GET', `${base}/${kind}`);
        for (const { metadata } of items) {
          const path = `${base}/${kind}/${metadata.name}`;
          await admin.call('DELETE', path);
          await admin.call('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
        }
      }
    },
    async stop() {
      await webhook.stop();
      await server.stop();
    },
  };
}
