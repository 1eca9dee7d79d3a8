import { expect, it } from 'vitest';
import { channelOf } from './notify-to.ts';

it.each([
  ['http://127.0.0.1:2586/backups', { type: 'ntfy', server: 'http://127.0.0.1:2586', topic: 'backups' }],
  ['http://127.0.0.1:9000', { type: 'webhook', url: 'http://127.0.0.1:9000', format: 'json' }],
  ['http://127.0.0.1:9000/hooks/1', { type: 'webhook', url: 'http://127.0.0.1:9000/hooks/1' }],
])('%s', (address, expected) => {
  expect(channelOf(address)).toMatchObject(expected);
});
