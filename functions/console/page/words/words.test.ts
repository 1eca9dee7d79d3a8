import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sayBytes, sayCount } from './amounts.ts';
import { sayAgo, sayDuration, spellDuration } from './instants.ts';
import { toYaml } from './yaml.ts';

it.each([
  [0.3, '< 1 s'],
  [8, '8 s'],
  [75, '1 min'],
  [3 * 3600, '3 h'],
  [28 * 3600, '1 d 4 h'],
  [75 * 3600, '3 d'],
  [400 * 86_400, '1 y 35 d'],
])('%s seconds are said as %s', (seconds, said) => {
  expect(sayDuration(seconds)).toBe(said);
});

it('is spelt out in sentences, and counted in the right number', () => {
  expect(spellDuration(28 * 3600)).toBe('1 day and 4 hours');
  expect([sayCount(1, 'claim'), sayCount(2, 'claim'), sayBytes(1536)]).toEqual(['1 claim', '2 claims', '1.5 KiB']);
  const now = Date.parse('2026-01-02T00:00:00Z');
  expect([sayAgo('2026-01-01T21:00:00Z', now), sayAgo('2026-01-02T03:00:00Z', now)]).toEqual(['3 h ago', 'in 3 h']);
});

describe('YAML', () => {
  it('reads back as what it was made from', () => {
    const policy = {
      id: 'nightly',
      claims: ['a/*', 'b'],
      schedule: '0 2 * * *',
      rpo: '26h',
      suspend: false,
      timeZone: 'Europe/Berlin',
      retention: { keepDaily: 7 },
      namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'In', values: ['on', 'true', '12'] }] },
    };
    expect(parse(toYaml(policy))).toEqual(policy);
  });
});
