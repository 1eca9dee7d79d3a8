import { describe, expect, it } from 'vitest';
import { readUsageSettings } from './config.ts';

const key = { SOTERIA_B2_KEY_ID: '0042', SOTERIA_B2_APPLICATION_KEY: 'K004secret' };
const card = {
  name: 's3',
  provider: 'x',
  asOf: '2026-01-01',
  source: 'https://example.org',
  currency: 'EUR',
  storagePerMonth: 1,
  unitBytes: 1e9,
  listCallsPer1000: 0,
};

describe('the settings of usage', () => {
  it.each([
    [{}, ['SOTERIA_B2_KEY_ID', 'SOTERIA_B2_APPLICATION_KEY']],
    [{ SOTERIA_B2_KEY_ID: '0042' }, ['SOTERIA_B2_APPLICATION_KEY']],
    [{ ...key, SOTERIA_B2_API: 's3' }, ['SOTERIA_B2_ENDPOINT']],
  ])('with %j are not configured, and say what is missing', (env, missing) => {
    expect(readUsageSettings(env)).toMatchObject({ store: undefined, missing });
  });

  it('default to B2 and its address, and to all buckets that the key may list', () => {
    const { store } = readUsageSettings(key);
    expect(store).toMatchObject({ api: 'b2', buckets: [], addressing: 'path' });
    expect(store?.endpoint.host).toBe('api.backblazeb2.com');
  });

  it.each([
    ['https://s3.us-west-004.backblazeb2.com', 'us-west-004'],
    ['https://s3.eu-central-1.wasabisys.com', 'eu-central-1'],
    ['https://minio.lan:9000', 'us-east-1'],
  ])('read the region of %s', (endpoint, region) => {
    const { store } = readUsageSettings({ ...key, SOTERIA_B2_API: 's3', SOTERIA_B2_ENDPOINT: endpoint });
    expect(store?.region).toBe(region);
  });

  it('name buckets, with an optional prefix', () => {
    const { store } = readUsageSettings({ ...key, SOTERIA_B2_BUCKETS: 'one,two/cluster-a/' });
    expect(store?.buckets).toEqual([
      { name: 'one', prefix: '' },
      { name: 'two', prefix: 'cluster-a/' },
    ]);
  });

  it('choose the price card of the API, or the named card', () => {
    const SOTERIA_B2_PRICE_CARDS = JSON.stringify([card, { ...card, name: 'mine', currency: 'USD' }]);
    expect(readUsageSettings({ SOTERIA_B2_PRICE_CARDS, SOTERIA_B2_API: 's3' }).priceCard?.currency).toBe('EUR');
    expect(readUsageSettings({ SOTERIA_B2_PRICE_CARDS, SOTERIA_B2_PRICE_CARD: 'mine' }).priceCard?.currency).toBe(
      'USD',
    );
    expect(readUsageSettings({ SOTERIA_B2_PRICE_CARDS }).priceCard).toBeUndefined();
  });

  it.each([
    { SOTERIA_B2_BUCKETS: 'one,one/x' },
    { SOTERIA_B2_BUCKETS: 'one,,two' },
    { SOTERIA_B2_PRICE_CARDS: '[{"name":"b2"}]' },
    { SOTERIA_B2_PRICE_CARD: 'mine', SOTERIA_B2_PRICE_CARDS: JSON.stringify([card]) },
    { SOTERIA_B2_JOB_AFTER_SECONDS: '-1' },
    { SOTERIA_B2_CA: 'not PEM' },
    { SOTERIA_B2_API: 'swift' },
  ])('refuse %j by the name of the variable', (env) => {
    expect(() => readUsageSettings({ ...key, ...env })).toThrow(Object.keys(env)[0]);
  });
});
