import { describe, expect, it } from 'vitest';
import { differences } from './compare-trees.ts';

describe('two trees', () => {
  const one = new Map([
    ['a', '1'],
    ['b', '2'],
  ]);

  it('are equal when every path has the same digest', () => {
    expect(differences(one, new Map(one))).toEqual([]);
  });

  it('differ when a file was changed, removed or added', () => {
    expect(
      differences(
        one,
        new Map([
          ['a', '9'],
          ['c', '3'],
        ]),
      ),
    ).toEqual(['a', 'b', 'c']);
  });
});
