import { describe, expect, it } from 'vitest';
import { createAuthorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import { ownUser } from './own-user.ts';
import { fakeReviews } from '../function/testing/fake-reviews.ts';

const jane: Caller = { user: 'jane', groups: ['team'], proof: 'token' };
const create = { verb: 'create', namespace: 'media' } as const;

let time = Date.parse('2026-01-31T01:30:00Z');
const now = (): Date => new Date(time);

describe('authorization', () => {
  it('asks once for ten seconds what is allowed, and each time what is not', async () => {
    const { client, asked } = fakeReviews({ grants: ['jane create media'] });
    const authorize = createAuthorize({ client, authRequired: true, now });
    await authorize(jane, create);
    await authorize(jane, create);
    expect(asked).toHaveLength(1);
    await expect(authorize(jane, { ...create, namespace: 'other' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(authorize(jane, { ...create, namespace: 'other' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(authorize({ ...jane, user: 'joe' }, create)).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toHaveLength(4);
    time += 10_000;
    await authorize(jane, create);
    expect(asked).toHaveLength(5);
  });

  it('lets through whom the RBAC on operations lets', async () => {
    const { client, asked } = fakeReviews({ grants: ['jane create media'] });
    await expect(createAuthorize({ client, authRequired: true, now })(jane, create)).resolves.toBeUndefined();
    expect(asked).toEqual(['SubjectAccessReview']);
  });

  it.each([
    [create, 'RoleBinding in namespace media', '-n media'],
    [{ verb: 'list' } as const, 'ClusterRoleBinding', '--all-namespaces'],
  ])('refuses the others and says how to find out and what to grant', async (access, binding, scope) => {
    const { client } = fakeReviews({ grants: ['jane create other'] });
    const refusal: unknown = await createAuthorize({ client, authRequired: true, now })(jane, access).catch(
      (thrown: unknown) => thrown,
    );
    expect(refusal).toMatchObject({ code: 'forbidden' });
    expect(JSON.stringify(refusal)).toContain(binding);
    expect(JSON.stringify(refusal)).toContain(
      `kubectl auth can-i ${access.verb} operations.soteria.dev ${scope} --as jane`,
    );
  });

  it('may be about something else than Operations', async () => {
    const { client } = fakeReviews();
    const access = { ...create, of: { group: 'batch', plural: 'jobs' } };
    await expect(createAuthorize({ client, authRequired: true, now })(jane, access)).rejects.toMatchObject({
      explanation: {
        what: 'jane may not create jobs.batch in namespace media',
        fix: expect.stringContaining('can-i create jobs.batch -n media'),
      },
    });
  });

  it.each<[string, Caller]>([
    ['an anonymous caller that was let in', { user: 'anonymous', groups: [], proof: 'none' }],
    ['the product itself', { user: ownUser, groups: [], proof: 'signature' }],
  ])('does not ask about %s', async (_title, caller) => {
    const { client, asked } = fakeReviews();
    await createAuthorize({ client, authRequired: true, now })(caller, create);
    expect(asked).toEqual([]);
  });

  it.each<[string, Caller]>([
    ['a signed caller', { ...jane, proof: 'signature' }],
    ["a token of the product's own name", { user: ownUser, groups: [], proof: 'token' }],
  ])('does ask about %s', async (_title, caller) => {
    const { client } = fakeReviews();
    await expect(createAuthorize({ client, authRequired: true, now })(caller, create)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
