/** The answers of Longhorn's own webhook to our objects, case by case. */
import { kinds, type Ports, portsOf, prepare, restore } from '@soteria/local/longhorn/testing/admission-world.ts';
import { admitted } from '@soteria/local/longhorn/testing/admitted-cases.ts';
import { outcomeOf, refused } from '@soteria/local/longhorn/testing/refused-cases.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { stateThatRefuses } from '@soteria/shared/longhorn/refusals.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeBehindWebhook, namespace, startWebhookBed, type WebhookBed } from './webhook-bed.ts';

describeBehindWebhook("Longhorn's own webhook", () => {
  let bed: WebhookBed;
  let ports: Ports;
  beforeAll(async () => {
    bed = await startWebhookBed();
    ports = portsOf(bed.client, namespace);
    await prepare(ports);
  });
  afterAll(() => bed?.stop());

  it.each(admitted)('admits: $title', async ({ act, kind, name, is }) => {
    await act(ports);
    expect(await bed.client.get(kinds[kind], { name, namespace })).toMatchObject(is);
  });

  it.each(refused)('refuses: $title', async ({ act, code, by, words, state }) => {
    const thrown = await act(ports).catch((error: unknown) => error);
    expect(await outcomeOf(Promise.reject(thrown))).toEqual({ code, by, words });
    expect(thrown instanceof SoteriaError && stateThatRefuses(thrown)).toBe(state);
  });
});

describeBehindWebhook("Longhorn's own webhook during an upgrade", () => {
  it.each([
    { image: null, words: 'invalid empty setting default-engine-image', state: 'a setting is not there yet' },
    {
      image: 'longhornio/longhorn-engine:v1.12.1',
      words: 'cannot find engine image by longhornio/longhorn-engine:v1.12.1',
      state: 'the engine image is not deployed',
    },
  ])('refuses a restore for a time: $words', async ({ image, words, state }) => {
    const bed = await startWebhookBed({ defaultEngineImage: image });
    try {
      const { restores } = portsOf(bed.client, namespace);
      const draft = { ...restore('in-an-upgrade'), fromBackup: '' };
      const thrown = await restores.createVolume(draft, { isDryRun: true }).catch((error: unknown) => error);
      expect(await outcomeOf(Promise.reject(thrown))).toMatchObject({ words });
      expect(thrown instanceof SoteriaError && stateThatRefuses(thrown)).toBe(state);
    } finally {
      await bed.stop();
    }
  });
});
