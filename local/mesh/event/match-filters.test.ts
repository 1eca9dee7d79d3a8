import { describe, expect, it } from 'vitest';
import { matchesTrigger } from './match-filters.ts';
import type { TriggerFilters } from './match-filters.ts';

const event = {
  attributes: { specversion: '1.0', id: '1', source: '/a/b', type: 'dev.x.made.v1', volumeid: 'vol-7' },
  data: undefined,
};

const cases: readonly (readonly [string, TriggerFilters, boolean])[] = [
  ['no filter at all passes', {}, true],
  [
    'an empty list of filters falls back to the older form',
    { filters: [], filter: { attributes: { type: 'y' } } },
    false,
  ],
  [
    'filters win over the older form',
    { filters: [{ exact: { id: '1' } }], filter: { attributes: { type: 'y' } } },
    true,
  ],
  ['exact needs every key', { filters: [{ exact: { type: 'dev.x.made.v1', source: '/other' } }] }, false],
  ['exact passes when every key matches', { filters: [{ exact: { type: 'dev.x.made.v1', source: '/a/b' } }] }, true],
  ['prefix', { filters: [{ prefix: { type: 'dev.x.' } }] }, true],
  ['prefix of another', { filters: [{ prefix: { type: 'x.' } }] }, false],
  ['suffix', { filters: [{ suffix: { type: '.v1' } }] }, true],
  ['suffix of another', { filters: [{ suffix: { type: '.v2' } }] }, false],
  ['the list is a conjunction', { filters: [{ prefix: { type: 'dev.' } }, { suffix: { type: '.v2' } }] }, false],
  ['all', { filters: [{ all: [{ exact: { id: '1' } }, { exact: { id: '2' } }] }] }, false],
  ['any', { filters: [{ any: [{ exact: { id: '1' } }, { exact: { id: '2' } }] }] }, true],
  ['any of none that match', { filters: [{ any: [{ exact: { id: '3' } }, { exact: { id: '2' } }] }] }, false],
  ['not', { filters: [{ not: { prefix: { source: '/a' } } }] }, false],
  ['an absent standard attribute compares as empty', { filters: [{ prefix: { subject: '' } }] }, true],
  ['an absent standard attribute is not another text', { filters: [{ exact: { subject: 'x' } }] }, false],
  ['an absent extension fails, even against the empty prefix', { filters: [{ prefix: { policyid: '' } }] }, false],
  ['an absent extension passes a negation', { filters: [{ not: { exact: { policyid: 'x' } } }] }, true],
  ['an extension that is there', { filters: [{ exact: { volumeid: 'vol-7' } }] }, true],
  ['older form: exact', { filter: { attributes: { type: 'dev.x.made.v1' } } }, true],
  ['older form: empty means present', { filter: { attributes: { volumeid: '' } } }, true],
  ['older form: empty fails on an absent attribute', { filter: { attributes: { subject: '' } } }, false],
];

describe('a Trigger', () => {
  it.each(cases)('decides: %s', (_title, trigger, isMatch) => {
    expect(matchesTrigger(trigger, event)).toBe(isMatch);
  });
});
