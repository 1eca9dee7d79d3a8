import { describe, expect, it } from 'vitest';
import { ntfyOfFleet } from './fleet-variables.ts';
import { parseNotifySettings } from './read-notify-settings.ts';

const canary = 'tk_canary0123456789';
const whyOf = async (texts: Record<string, string>): Promise<string> => {
  try {
    await parseNotifySettings(texts);
    return 'nothing';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('config.yaml', () => {
  it('describes several channels', async () => {
    const text = `
cluster: home
consoleUrl: https://soteria.example
channels:
  - {name: phone, type: ntfy, topic: backups, token: ${canary}}
  - {name: team, type: slack, url: https://hooks.example/x, minSeverity: critical, namespaces: [db]}
quietHours: {from: '22:00', to: '07:00', timeZone: Europe/Berlin}
remindAfter: 12h
weekly: {day: monday}
`;
    expect(await parseNotifySettings({ 'config.yaml': text })).toMatchObject({
      cluster: 'home',
      channels: [
        { name: 'phone', server: 'https://ntfy.sh', topic: 'backups', token: canary, minSeverity: 'warning' },
        { name: 'team', minSeverity: 'critical', namespaces: ['db'] },
      ],
      quietHours: { timeZone: 'Europe/Berlin', holdsCritical: false },
      remindAfter: 12 * 3_600_000,
      flapWindow: 3_600_000,
      weekly: { day: 1, hour: 8, timeZone: 'UTC' },
    });
  });

  it.each([
    ['no YAML', `channels: [${canary}`, 'line 1'],
    ['an alias of nothing', `channels: [{name: a, type: ntfy, topic: x, password: *${canary}}]`, 'an alias'],
    ['no mapping', `- ${canary}`, 'must be a mapping'],
    ['a channel of an unknown type', `channels: [{name: a, type: pager, token: ${canary}}]`, 'channels.0.type'],
    ['a topic with a slash', `channels: [{name: a, type: ntfy, topic: 'a/b', token: ${canary}}]`, 'channels.0.topic'],
    [
      'a header of two lines',
      `channels: [{name: a, type: webhook, url: 'https://x', headers: {a: "${canary}\\nb"}}]`,
      'one line',
    ],
    [
      'two channels of one name',
      'channels: [{name: a, type: ntfy, topic: x}, {name: a, type: ntfy, topic: y}]',
      'name a',
    ],
    ['a time zone that does not exist', "quietHours: {from: '22:00', to: '07:00', timeZone: Moon/Sea}", 'time zone'],
  ])('that is %s is refused, without a value of it', async (_title, text, expected) => {
    const why = await whyOf({ 'config.yaml': text });
    expect(why).toContain(expected);
    expect(why).not.toContain(canary);
  });

  it('that is empty describes nothing', async () => {
    expect(await parseNotifySettings({ 'config.yaml': '  \n' })).toBeUndefined();
    expect(await parseNotifySettings({})).toBeUndefined();
  });
});

describe('the variables of the restic fleet', () => {
  it('are one more channel', async () => {
    const variables = {
      NTFY_ENABLED: 'true',
      NTFY_SERVER: 'ntfy.example',
      NTFY_CREDS: `-u phil:${canary}`,
      NTFY_TITLE: '${RESTIC_HOSTNAME} - Backup failed',
      RESTIC_HOSTNAME: 'paperless',
      NTFY_PRIO: '5',
    };
    expect((await parseNotifySettings(variables))?.channels).toMatchObject([
      {
        name: 'ntfy-fleet',
        server: 'https://ntfy.example',
        topic: 'backup',
        user: 'phil',
        password: canary,
        title: 'paperless - Backup failed',
        priority: 5,
        tags: ['bangbang'],
      },
    ]);
    expect(ntfyOfFleet({ ...variables, NTFY_ENABLED: 'false' })).toBeUndefined();
    expect(ntfyOfFleet({ NTFY_ENABLED: 'true', NTFY_CREDS: "-u ':tk_1'" })).toMatchObject({ token: 'tk_1' });
  });

  it.each([
    [{ NTFY_TITLE: '$(hostname)' }, 'runs no shell'],
    [{ NTFY_TITLE: '`hostname`' }, 'runs no shell'],
    [{ NTFY_CREDS: `${canary} | sh` }, 'no shell is run'],
  ])('run no shell: %o is refused', async (variables, expected) => {
    const why = await whyOf({ NTFY_ENABLED: 'true', ...variables });
    expect(why).toContain(expected);
    expect(why).not.toContain(canary);
  });
});
