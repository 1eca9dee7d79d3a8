/** A real ntfy server on one side, the whole product on the other: a backup fails, somebody is notified once; it succeeds, and somebody is notified once. */
import { configMaps, persistentVolumeClaims, secrets } from '@soteria/shared/kubernetes/core-types.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNtfySend, type NtfySettings } from '../../functions/notify/channels/ntfy.ts';
import type { Notice } from '../../functions/notify/decide/notice.ts';
import { messageOf } from '../../functions/notify/look/message-of.ts';
import { type Claim, isAbout, type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { backupRequested, contentModes, post } from '../e2e/send-event.ts';
import { hasNtfy, type NtfyServer, startNtfyServer } from '../servers/ntfy-server.ts';
import { waitUntil } from '../servers/wait-until.ts';

if (!hasNtfy) console.warn('SKIPPED: no ntfy in .cache/servers (npm run servers): no real ntfy server was notified.');

describe.skipIf(!hasNtfy)('a real ntfy server', () => {
  let ntfy: NtfyServer;
  beforeAll(async () => {
    ntfy = await startNtfyServer();
  });
  afterAll(() => ntfy.stop());

  const notice: Notice = {
    id: 'n1',
    thread: 'thread1',
    kind: 'opened',
    severity: 'critical',
    title: 'bücher/data has no fresh restore point',
    lines: ['the target is away'],
    namespaces: ['bücher'],
    at: '2026-03-15T12:00:00.000Z',
  };
  const send = (one: Notice, more: Partial<NtfySettings> = {}) => {
    const authorization = `Bearer ${ntfy.token}`;
    const settings = {
      server: new URL(ntfy.url),
      topic: 'backups',
      authorization,
      priority: undefined,
      tags: [],
      ...more,
    };
    const message = messageOf(one, { cluster: 'home' }, { titleTemplate: undefined });
    return createNtfySend(settings)(message, AbortSignal.timeout(20_000));
  };

  it('keeps what is said of one problem under one sequence, letters beyond ASCII included', async () => {
    expect(await send(notice)).toEqual({ kind: 'sent' });
    expect(await send({ ...notice, id: 'n2', kind: 'recovered', title: 'Over: it' })).toEqual({ kind: 'sent' });
    const messages = await ntfy.read();
    expect(messages.map(({ title, priority, sequence_id: sequence }) => [title, priority, sequence])).toEqual([
      ['home: bücher/data has no fresh restore point', 4, 'thread1'],
      ['home: Over: it', 2, 'thread1'],
    ]);
  });

  it.each([
    [
      'a token that it does not know',
      { authorization: 'Bearer tk_0123456789012345678901234567' },
      'it answered 401: unauthorized',
    ],
    ['no token', { authorization: undefined }, 'it answered 403: forbidden'],
    ['a topic that is not granted', { topic: 'others' }, 'it answered 403: forbidden'],
  ])('refuses %s, in its own words', async (_title, more, why) => {
    expect(await send(notice, more)).toEqual({ kind: 'refused', why });
  });

  describe('and the whole product', () => {
    let bed: LocalBed;
    beforeAll(async () => {
      bed = await startLocalBed();
      const { client } = bed.local.cluster;
      const channel = { name: 'phone', type: 'ntfy', server: ntfy.url, topic: 'backups', token: ntfy.token };
      const away = { name: 'away', type: 'webhook', url: 'http://127.0.0.1:9/' };
      const config = JSON.stringify({ cluster: 'bed', channels: [away, channel] });
      const metadata = { namespace: 'soteria', name: 'soteria-notify' };
      const data = { 'config.yaml': Buffer.from(config).toString('base64') };
      await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data });
    });
    afterAll(() => bed.stop());

    const titles = async () =>
      (await ntfy.read()).flatMap(({ title = '' }) => (title.startsWith('bed: ') ? [title.slice(5)] : []));

    async function backUp({ namespace, name: pvc }: Claim, id: string) {
      const before = new Set((await bed.listOperations(namespace)).map(({ metadata }) => metadata.name));
      const event = contentModes.binary({ type: backupRequested, id, time: new Date(), data: { namespace, pvc } });
      expect(await post(bed.local.brokerUrl, event)).toBe(202);
      const isNew = (operation: Parameters<ReturnType<typeof isAbout>>[0]) =>
        isAbout({ namespace, name: pvc })(operation) && !before.has(operation.metadata.name);
      return bed.waitForEnd('the backup', isNew);
    }

    it('says a failing backup once and its recovery once, though another channel is away', async () => {
      const claim = { namespace: 'notified', name: 'data' };
      await bed.makeClaims([claim]);
      const { client } = bed.local.cluster;
      const found = await client.get(persistentVolumeClaims, claim);
      const volume = found?.spec?.volumeName ?? '';
      const longhorn = createLonghorn(client, { namespace: 'longhorn-system' });
      bed.local.faults.set('standbyVolume', volume);
      await waitUntil('the volume is a standby', async () => (await longhorn.getVolume(volume))?.isStandby);
      expect((await backUp(claim, 'fails')).status?.phase).toBe('Failed');
      await waitUntil('somebody is notified', async () => (await titles()).length > 0);
      bed.local.faults.clear('standbyVolume');
      await waitUntil('the volume is none', async () => (await longhorn.getVolume(volume))?.isStandby === false);
      expect((await backUp(claim, 'succeeds')).status?.phase).toBe('Succeeded');

      // What comes every five minutes while a problem is open.
      const ping = {
        type: 'dev.knative.sources.ping',
        id: 'ping-1',
        source: '/apis/v1/namespaces/soteria/pingsources/notify-open',
        time: new Date(),
        data: {},
      };
      expect(await post(bed.local.brokerUrl, contentModes.binary(ping))).toBe(202);
      await waitUntil('somebody is notified that it is over', async () => (await titles()).length > 1);
      expect(await titles()).toEqual(['notified/data was not backed up', 'Over: notified/data was not backed up']);

      const state = await fetch(`${bed.local.frontDoorUrl}/v1/notify`);
      expect(await state.json()).toMatchObject({
        status: 'configured',
        problems: [],
        channels: [
          { name: 'away', why: 'it cannot be reached (ECONNREFUSED)', waiting: 2 },
          { name: 'phone', waiting: 0 },
        ],
      });
      // The Secret of the channel stands nowhere else.
      const stored = JSON.stringify((await client.list(configMaps, { namespace: 'soteria' })).items);
      expect(stored).not.toContain(ntfy.token);
    });
  });
});
