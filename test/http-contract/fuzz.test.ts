/** Sends the whole product requests that are generated from its own document: no 5xx, and no undeclared answer. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { hasSchemathesis, runSchemathesis } from '../servers/run-schemathesis.ts';

if (!hasSchemathesis)
  console.warn(
    'SKIPPED: no schemathesis in .cache/servers (npm run servers): no requests were made from the document.',
  );

const documentFile = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));

describe.skipIf(!hasSchemathesis)('the whole product', () => {
  let bed: LocalBed;
  beforeAll(async () => {
    bed = await startLocalBed({ hasSample: true });
  });
  afterAll(() => bed.stop());

  it('answers what docs/openapi.json declares, whatever the request', async () => {
    const url = bed.local.frontDoorUrl;
    const { requests, failures } = await runSchemathesis({ documentFile, url, maxExamples: 20 });
    expect(failures).toBe('');
    expect(requests).toBeGreaterThan(100);
  }, 300_000);

  it('does so through the console, which passes on what belongs to another function', async () => {
    const url = bed.local.functionUrl('console') ?? '';
    const { requests, failures } = await runSchemathesis({ documentFile, url, maxExamples: 2 });
    expect(failures).toBe('');
    expect(requests).toBeGreaterThan(50);
  }, 300_000);
});
