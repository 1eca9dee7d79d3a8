import { describe, expect, it } from 'vitest';
import { matchesTrigger } from './match-filters.ts';
import type { Filter } from './match-filters.ts';

const event = {
  attributes: { specversion: '1.0', id: '1', source: '/a/b', type: 'dev.x.made.v1', volumeid: 'vol-7' },
  data: undefined,
};

const cases: readonly (readonly [string, readonly Filter[] | undefined, boolean])[] = [
  ['no filter at all passes', undefined, true],
  ['exact needs every key', [{ exact: { type: 'dev.x.made.v1', source: '/other' } }], false],
  ['exact passes when every key matches', [{ exact: { type: 'dev.x.made.v1', source: '/a/b' } }], true],
  ['prefix', [{ prefix: { type: 'dev.x.' } }], true],
  ['prefix of another', [{ prefix: { type: 'x.' } }], false],
  ['the list is a conjunction', [{ prefix: { type: 'dev.' } }, { exact: { id: '2' } }], false],
  ['all', [{ all: [{ exact: { id: '1' } }, { exact: { id: '2' } }] }], false],
  ['any', [{ any: [{ exact: { id: '1' } }, { exact: { id: '2' } }] }], true],
  ['any of none that match', [{ any: [{ exact: { id: '3' } }, { exact: { id: '2' } }] }], false],
  ['not', [{ not: { prefix: { source: '/a' } } }], false],
  ['an absent standard attribute compares as empty', [{ prefix: { subject: '' } }], true],
  ['an absent standard attribute is not another text', [{ exact: { subject: 'x' } }], false],
  ['an absent extension fails, even against the empty prefix', [{ prefix: { policyid: '' } }], false],
  ['an absent extension passes a negation', [{ not: { exact: { policyid: 'x' } } }], true],
  ['an extension that is there', [{ exact: { volumeid: 'vol-7' } }], true],
];

describe('a Trigger', () => {
  it.each(cases)('decides: %s', (_title, filters, isMatch) => {
    expect(matchesTrigger({ filters }, event)).toBe(isMatch);
  });
});
