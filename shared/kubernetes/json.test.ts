import { describe, expect, it } from 'vitest';
import { parseJson, writeJson } from './json.ts';

describe('JSON with whole integers', () => {
  const cases: readonly (readonly [title: string, text: string, value: unknown])[] = [
    ['keeps what fits a number', '{"size":9007199254740991}', { size: 9007199254740991 }],
    ['makes the first integer that does not fit a bigint', '{"size":9007199254740993}', { size: 9007199254740993n }],
    ['takes negative ones alike', '[-9223372036854775808]', [-9223372036854775808n]],
    ['leaves digits inside texts alone', '{"size":"9007199254740993"}', { size: '9007199254740993' }],
    ['leaves fractions and exponents numbers', '[1234567890123456.5,1e300]', [1234567890123456.5, 1e300]],
  ];
  it.each(cases)('%s', (_title, text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it('writes every digit back', () => {
    const text = '{"spec":{"size":9223372036854775807,"small":1,"text":"9007199254740993"}}';
    expect(writeJson(parseJson(text))).toBe(text);
  });

  it('refuses what is no JSON', () => {
    expect(() => parseJson('404 page not found')).toThrow(SyntaxError);
    expect(() => parseJson('{"size":9007199254740993')).toThrow(SyntaxError);
  });
});
