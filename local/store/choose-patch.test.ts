import { describe, expect, it } from 'vitest';
import { choosePatch } from './choose-patch.ts';

const current = { metadata: { name: 'a' }, data: { a: '1' }, list: [1, 2, 3], 'x/y~z': 1 };
const jsonPatch = (...operations: readonly unknown[]) =>
  choosePatch('application/json-patch+json', operations)(current);
const refusal = (code: number) => expect.objectContaining({ code });

describe('a patch', () => {
  it.each(['application/merge-patch+json', 'application/strategic-merge-patch+json'])('of %s merges', (type) => {
    expect(choosePatch(type, { data: { a: null, b: '2' } })(current)).toMatchObject({ data: { b: '2' } });
  });

  it.each([
    ['a list with keys', { spec: { template: { spec: { containers: [{ name: 'a' }] } } } }],
    ['an order of a list', { '$setElementOrder/finalizers': ['a'] }],
    ['a directive inside', { spec: { $patch: 'delete' } }],
    ['finalizers', { metadata: { finalizers: ['a'] } }],
  ])('is refused when it strategically merges %s', (_what, patch) => {
    expect(() => choosePatch('application/strategic-merge-patch+json', patch)).toThrow(refusal(415));
  });

  it('may take finalizers away strategically', () => {
    const patch = { metadata: { finalizers: null } };
    const change = choosePatch('application/strategic-merge-patch+json', patch);
    expect(change({ metadata: { finalizers: ['a'] } })).toEqual({ metadata: {} });
  });

  it.each([
    ['application/apply-patch+yaml', {}, 415],
    ['text/plain', {}, 415],
    ['application/merge-patch+json', [], 400],
    ['application/json-patch+json', {}, 400],
  ])('of %s with %j is refused', (type, body, code) => {
    expect(() => choosePatch(type, body)(current)).toThrow(refusal(code));
  });
});

describe('a JSON patch', () => {
  it.each([
    [[{ op: 'add', path: '/data/b', value: '2' }], { data: { a: '1', b: '2' } }],
    [[{ op: 'add', path: '/list/1', value: 9 }], { list: [1, 9, 2, 3] }],
    [[{ op: 'add', path: '/list/-', value: 9 }], { list: [1, 2, 3, 9] }],
    [[{ op: 'replace', path: '/list/0', value: 9 }], { list: [9, 2, 3] }],
    [[{ op: 'remove', path: '/list/0' }], { list: [2, 3] }],
    [[{ op: 'copy', from: '/data/a', path: '/data/b' }], { data: { a: '1', b: '1' } }],
    [[{ op: 'move', from: '/data/a', path: '/data/b' }], { data: { b: '1' } }],
    [[{ op: 'replace', path: '/x~1y~0z', value: 2 }], { 'x/y~z': 2 }],
    [[{ op: 'test', path: '/data', value: { a: '1' } }], {}],
  ])('%j', (operations, changed) => {
    const before = structuredClone(current);
    expect(jsonPatch(...operations)).toEqual({ ...current, ...changed });
    expect(current).toEqual(before);
  });

  it('removes a member', () => {
    expect(jsonPatch({ op: 'remove', path: '/data' })).not.toHaveProperty('data');
  });

  it.each([
    [{ op: 'remove', path: '/absent' }, 422],
    [{ op: 'replace', path: '/absent', value: 1 }, 422],
    [{ op: 'add', path: '/absent/deeper', value: 1 }, 422],
    [{ op: 'add', path: '/list/4', value: 1 }, 422],
    [{ op: 'test', path: '/data/a', value: '2' }, 422],
    [{ op: 'add', path: 'data', value: 1 }, 400],
    [{ op: 'bend', path: '/data' }, 400],
    [{ op: 'replace', path: '', value: 1 }, 400],
  ])('refuses %j', (operation, code) => {
    expect(() => jsonPatch(operation)).toThrow(refusal(code));
  });
});
