/** Events are lost, doubled and reordered, and functions die at work: with the sweep, each Operation still ends, once. */
import type { ChaosSwitches } from '@soteria/local/mesh/chaos.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { type Claim, type LocalBed, startLocalBed } from './local-bed.ts';
import { backupRequested, contentModes, post } from './send-event.ts';

const sweep = { type: 'dev.knative.sources.ping', source: '/apis/v1/namespaces/soteria/pingsources/sweep', data: {} };
const claimsOf = (namespace: string): Claim[] => ['one', 'two', 'three', 'four'].map((name) => ({ namespace, name }));

/** True for the first `count` calls. */
function atFirst(count: number): () => boolean {
  let left = count;
  return () => left-- > 0;
}

describe('in bad weather', () => {
  const chaos: ChaosSwitches = {};
  let bed: LocalBed;
  beforeAll(async () => {
    bed = await startLocalBed({ chaos, retryPace: 20 });
  });
  afterEach(() => {
    for (const name of Object.keys(chaos)) Reflect.deleteProperty(chaos, name);
  });
  afterAll(() => bed.stop());

  async function askForAll(claims: readonly Claim[]): Promise<void> {
    const send = ({ namespace, name: pvc }: Claim) =>
      post(bed.local.brokerUrl, contentModes.binary({ type: backupRequested, data: { namespace, pvc } }));
    expect(await Promise.all(claims.map(send))).toEqual(claims.map(() => 202));
  }

  /** Each ping moves every open Operation by at least one step: real pings come every two minutes while an Operation is open. */
  async function sweepUntilEnded(namespace: string, count: number): Promise<void> {
    await waitUntil(
      `all ${count} Operations of ${namespace} have ended`,
      async () => {
        expect(await post(bed.local.brokerUrl, contentModes.binary(sweep))).toBe(202);
        const found = await bed.listOperations(namespace);
        const isOver = found.length === count && found.every(({ status }) => status?.settled === true);
        return isOver || Promise.reject(new Error(found.map(({ status }) => status?.message).join('; ')));
      },
      { everyMs: 500, deadlineMs: 45_000 },
    );
  }

  async function expectOneEach(claims: readonly Claim[]): Promise<void> {
    for (const claim of claims) {
      const [operation, ...others] = (await bed.listOperations(claim.namespace)).filter(
        ({ spec }) => spec.request.pvc === claim.name,
      );
      expect(others).toEqual([]);
      expect(operation?.status).toMatchObject({ phase: 'Succeeded', announced: ['started', 'completed'] });
      expect((await bed.listRestorable(claim)).map(({ name }) => name)).toEqual([operation?.status?.result?.backup]);
      if (operation !== undefined) expect(await bed.compareWithClaim(operation)).toEqual([]);
    }
  }

  const swept = () =>
    bed.activities.filter((one) => one.kind === 'delivered' && one.type === 'dev.soteria.operation.due.v1').length;

  it('no change is ever reported: the sweep alone brings every Operation to its end, whatever door made it', async () => {
    chaos.dropSourceEvent = () => true;
    const claims = claimsOf('deaf');
    await bed.makeClaims(claims);
    const [first, ...rest] = claims;
    await askForAll(rest);
    // As `kubectl create` makes it: no event reports it.
    await bed.local.cluster.client.create(operations, {
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { generateName: 'soteria-backup-one-', namespace: 'deaf' },
      spec: { kind: 'Backup', request: { pvc: first?.name } },
    });
    await sweepUntilEnded('deaf', claims.length);
    await expectOneEach(claims);
    expect(swept()).toBeGreaterThan(0);
    expect(bed.activities.filter(({ kind }) => kind === 'source-event')).toEqual([]);
  });

  it('every event comes twice: one backup for each request', async () => {
    chaos.duplicateDelivery = () => true;
    const claims = claimsOf('echo');
    await bed.makeClaims(claims);
    await askForAll(claims);
    await sweepUntilEnded('echo', claims.length);
    await expectOneEach(claims);
  });

  it('events overtake each other and come late', async () => {
    let count = 0;
    chaos.reorderDelivery = () => (count += 1) % 2 === 0;
    chaos.delayDelivery = () => (count % 3) * 50;
    const claims = claimsOf('late');
    await bed.makeClaims(claims);
    await askForAll(claims);
    await sweepUntilEnded('late', claims.length);
    await expectOneEach(claims);
  });

  it('two deliveries of five are lost, but not the requests themselves', async () => {
    let count = 0;
    chaos.dropDelivery = ({ type }) => type !== backupRequested && (count += 1) % 5 < 2;
    const claims = claimsOf('lossy');
    await bed.makeClaims(claims);
    await askForAll(claims);
    await sweepUntilEnded('lossy', claims.length);
    await expectOneEach(claims);
  });

  it.each([0, 5, 15, 40])('the function is killed %i ms into its work, eight times over', async (afterMs) => {
    const before = bed.activities.filter(({ kind }) => kind === 'crashed').length;
    const strikes = atFirst(8);
    chaos.killDuringRequest = ({ service }) => (service === 'backup' && strikes() ? afterMs : undefined);
    const claims = claimsOf(`killed-${afterMs}`);
    await bed.makeClaims(claims);
    await askForAll(claims);
    await sweepUntilEnded(`killed-${afterMs}`, claims.length);
    await expectOneEach(claims);
    expect(bed.activities.filter(({ kind }) => kind === 'crashed').length).toBeGreaterThan(before);
  });
});
