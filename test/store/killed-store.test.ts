/** Every write that was answered is still there after the store's process was killed. */
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { createHttpClient } from '@soteria/shared/kubernetes/http-client.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const script = fileURLToPath(new URL('store-process.ts', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'soteria-killed-store-'));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

async function startProcess() {
  const child = spawn(process.execPath, [script, join(dir, 'store.json')], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const { value: url } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  return { child, client: createHttpClient({ server: new URL(String(url)) }) };
}

it('an answered write survives a killed store', async () => {
  const first = await startProcess();
  const answered: string[] = [];
  const killed = once(first.child, 'exit');
  for (let count = 0; first.child.exitCode === null && first.child.signalCode === null; count += 1) {
    const name = `a-${String(count).padStart(4, '0')}`;
    const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { name } };
    if (count === 200) first.child.kill('SIGKILL');
    try {
      answered.push(
        (await first.client.create(configMaps, draft, { signal: AbortSignal.timeout(5_000) })).metadata.name,
      );
    } catch {
      break;
    }
  }
  await killed;
  const second = await startProcess();
  const { items } = await second.client.list(configMaps, { namespace: 'default' });
  expect(answered.length).toBeGreaterThanOrEqual(200);
  expect(items.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(answered));
  expect(new Set(items.map(({ metadata }) => metadata.uid)).size).toBe(items.length);
});
