import { describe, expect, it } from 'vitest';
import { maxPolicyBytes, putPolicy, removePolicy } from './change-policies.ts';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';
import { readPolicies } from './read-policies.ts';
import type { PolicyObject } from './stored-policies.ts';

const secret = (data: PolicyObject['data']): PolicyObject => ({
  kind: 'Secret',
  namespace: 'soteria',
  name: 'soteria-policies',
  data,
});
const git = (name: string, data: PolicyObject['data']): PolicyObject => ({
  kind: 'ConfigMap',
  namespace: 'soteria',
  name,
  data,
});
const json = (id: string) => JSON.stringify({ id, schedule: '0 2 * * *' });
const ids = ({ policies }: Awaited<ReturnType<typeof readPolicies>>) => policies.map(({ policy }) => policy.id);

describe('the two stores', () => {
  it('are read together, by id', async () => {
    const book = await readPolicies({
      api: secret({ 'b.json': json('b') }),
      git: [git('more', { 'two.yaml': 'id: c\nschedule: 0 2 * * *\n---\nid: a\nrpo: 26h\n' })],
    });
    expect(ids(book)).toEqual(['a', 'b', 'c']);
    expect(book.policies[0]?.source).toEqual({
      store: 'git',
      object: 'ConfigMap soteria/more',
      key: 'two.yaml',
      line: 4,
    });
    expect(book.faults).toEqual([]);
  });

  it('one bad policy disables only itself and says which line', async () => {
    const bad = [
      'id: bad',
      'schedule: 0 2 * * *',
      'retention:',
      '  keepDaily: 7',
      '  keepDayly: 7',
      'rpo: soon',
      '',
    ].join('\n');
    const book = await readPolicies({ api: secret({ 'bad.yaml': bad, 'good.json': json('good') }), git: [] });
    expect(ids(book)).toEqual(['good']);
    expect(book.faults).toHaveLength(1);
    expect(book.faults[0]).toMatchObject({
      id: 'bad',
      what: 'The policy "bad" in Secret soteria/soteria-policies, key bad.yaml is disabled',
    });
    expect(book.faults[0]?.why).toContain('line 5: retention.keepDayly: must not have the member');
    expect(book.faults[0]?.why).toContain('line 6: rpo: must be a number of seconds');
  });

  it.each([
    ['a text that is no YAML', 'id: a\nschedule: [', 2],
    ['a key that is there twice', 'id: a\nrpo: 1h\nid: b\n', 3],
    ['JSON with a comma too many', '{\n  "id": "a",\n  "rpo": "1h",,\n}', 3],
    ['a member that is there twice', '{"id": "a",\n "rpo": "1h",\n "id": "b"}', 3],
    ['JSON with a bad value', '{\n  "id": "a",\n  "rpo": 7\n}', 3],
    ['no object', 'just text', 1],
    ['an alias that multiplies', `a: &a [1,1]\nb: &b [${'*a,'.repeat(60)}1]\nc: [${'*b,'.repeat(60)}1]\n`, 1],
  ])('%s: the line', async (_title, text, line) => {
    const { faults, policies } = await readPolicies({ api: secret({ x: text, 'ok.json': json('ok') }), git: [] });
    expect(policies.map(({ policy }) => policy.id)).toEqual(['ok']);
    expect(faults[0]?.source.line).toBe(line);
  });

  it('of one id in both Git wins, and the conflict is shown', async () => {
    const book = await readPolicies({
      api: secret({ 'a.json': json('a') }),
      git: [git('g', { a: 'id: a\nrpo: 26h\n' })],
    });
    expect(book.policies).toMatchObject([{ policy: { rpo: '26h' }, source: { store: 'git' } }]);
    expect(book.conflicts).toMatchObject([{ id: 'a', used: { store: 'git' }, unused: { store: 'api' } }]);
  });

  it('a faulty policy of Git is not replaced by its namesake', async () => {
    const book = await readPolicies({
      api: secret({ 'a.json': json('a') }),
      git: [git('g', { a: 'id: a\nrpo: 0h\n' })],
    });
    expect(book).toMatchObject({ policies: [], faults: [{ id: 'a' }], conflicts: [{ id: 'a' }] });
  });

  it('one id twice in one store disables both', async () => {
    const book = await readPolicies({
      api: undefined,
      git: [git('g', { a: 'id: a\nrpo: 26h\n' }), git('h', { a: 'id: a\nrpo: 27h\n', b: 'id: b\nrpo: 1h' })],
    });
    expect(ids(book)).toEqual(['b']);
    expect(book.faults).toMatchObject([{ id: 'a' }, { id: 'a' }]);
    expect(book.faults[0]?.why).toContain('ConfigMap soteria/g, key a, line 1; ConfigMap soteria/h, key a, line 1');
  });

  it('empty texts and empty documents are no policies', async () => {
    const book = await readPolicies({
      api: secret({ a: '', b: '# only a comment\n', c: `---\n---\n${json('c')}` }),
      git: [],
    });
    expect(ids(book)).toEqual(['c']);
    expect(book.faults).toEqual([]);
  });
});

describe('a change of the Secret', () => {
  const policy = (id: string, more: object = {}) => policySchema.parse({ id, schedule: '0 3 * * *', ...more });
  const bookOf = (data: PolicyObject['data'], objects: readonly PolicyObject[] = []) =>
    readPolicies({ api: secret(data), git: objects });

  it('creates, replaces under whatever key it stands, and removes', async () => {
    const data = { 'by-hand': json('a'), 'b.json': json('b') };
    const put = putPolicy(data, await bookOf(data), policy('a', { rpo: '5h' }));
    expect(Object.keys(put).toSorted()).toEqual(['a.json', 'b.json']);
    const book = await bookOf(put);
    expect(book.policies[0]?.policy).toMatchObject({ id: 'a', rpo: '5h' });
    expect(removePolicy(put, book, 'a')).toEqual({ 'b.json': json('b') });
    expect(removePolicy(put, book, 'z')).toBeUndefined();
  });

  it('mends a policy that is disabled', async () => {
    const data = { 'a.yaml': 'id: a\nrpo: soon\n' };
    const put = putPolicy(data, await bookOf(data), policy('a'));
    expect(await bookOf(put)).toMatchObject({ policies: [{}], faults: [] });
    expect(removePolicy(data, await bookOf(data), 'a')).toEqual({});
  });

  it('never touches what comes from Git', async () => {
    const book = await bookOf({}, [git('g', { a: 'id: a\nrpo: 26h\n', bad: 'id: bad\nrpo: soon' })]);
    for (const id of ['a', 'bad']) {
      expect(() => putPolicy({}, book, policy(id))).toThrow(expect.objectContaining({ code: 'conflict' }));
      expect(() => removePolicy({}, book, id)).toThrow(expect.objectContaining({ code: 'conflict' }));
    }
  });

  it('that hides behind Git can be removed', async () => {
    const data = { 'a.json': json('a') };
    const book = await bookOf(data, [git('g', { a: 'id: a\nrpo: 26h\n' })]);
    expect(removePolicy(data, book, 'a')).toEqual({});
  });

  it('that does not fit into a Secret is refused with what to do', async () => {
    const data = { 'big.json': ' '.repeat(maxPolicyBytes) };
    expect(() => putPolicy(data, { policies: [], faults: [], conflicts: [] }, policy('a'))).toThrow(
      expect.objectContaining({ code: 'request_too_large' }),
    );
  });
});
