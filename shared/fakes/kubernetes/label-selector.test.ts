import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from './label-selector.ts';

const objects = {
  a: { app: 'shop' },
  b: { app: 'mail' },
  c: { 'soteria.dev/watch': 'backup' },
  d: undefined,
};

describe('a label selector', () => {
  it.each([
    ['', 'abcd'],
    ['app=shop', 'a'],
    [' app == shop ', 'a'],
    ['app!=shop', 'bcd'],
    ['app in (shop,mail)', 'ab'],
    ['app in (shop)', 'a'],
    ['app notin (shop, mail)', 'cd'],
    ['app in ()', ''],
    ['app', 'ab'],
    ['!app', 'cd'],
    ['! app,soteria.dev/watch', 'c'],
    ['app=', ''],
    ['soteria.dev/watch=backup', 'c'],
    ['in in (x)', ''],
  ])('%s', (text, names) => {
    const isSelected = parseLabelSelector(text);
    const selected = Object.entries(objects).filter(([, labels]) => isSelected(labels));
    expect(selected.map(([name]) => name).join('')).toBe(names);
  });

  it.each(['a b', ',', 'a=b,', 'a in', 'a in x', 'a in (x', 'a>1', '!', '=x', 'a=(', 'a (b)'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ code: 400 }));
    },
  );
});
