import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault, findTextFault } from './strict-json.ts';

const half = String.raw`\ud83d`;
const nul = String.raw`\u0000`;

describe('a JSON text', () => {
  it.each([
    ['{"a":1,"a":2}', 'a', /twice/],
    ['{"a":1,"b":{"c":[{"d":1},{"d":1,"e":0,"d":2}]}}', 'b.c[1].d', /twice/],
    [String.raw`{"a":1,"\u0061":2}`, 'a', /twice/],
    [`{"tags":["x","a${half}b"]}`, 'tags[1]', /surrogate/],
    [`{"tags":[["x"],["${nul}"]]}`, 'tags[1][0]', /NUL/],
    [`{"a${nul}":1}`, 'a\u{FFFD}', /NUL/],
    [`"${half}"`, '', /surrogate/],
    [String.raw`{"a":"\\","b":"\"","b":"x"}`, 'b', /twice/],
  ])('%s has a fault at %j', (json, member, why) => {
    expect(() => JSON.parse(json) as unknown).not.toThrow();
    expect(findJsonFault(json)).toEqual({ member, why: expect.stringMatching(why) as string });
  });

  it.each([
    '{}',
    '[]',
    '1',
    '"a"',
    'null',
    String.raw`{"a":{"a":1},"b":[{"a":1},{"a":1}],"c":"\ud83d\ude00"}`,
    '[[],{},""]',
  ])('%s has none', (json) => {
    expect(findJsonFault(json)).toBeUndefined();
  });

  it('has none when it was written from a value whose texts are fit', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
        const json = JSON.stringify(value, undefined, indent);
        const isFit = texts(value).every((text) => findTextFault(text) === undefined);
        expect(findJsonFault(json) === undefined).toBe(isFit);
      }),
    );
  });

  it('may be as deep as the door lets it be', () => {
    const deep = 500_000;
    expect(findJsonFault('['.repeat(deep) + ']'.repeat(deep))).toBeUndefined();
  });
});

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name].concat(texts(member)));
}
