import { describe, expect, it } from 'vitest';
import { errorTexts } from '../fakes/kubernetes/error-texts.ts';
import { createHttpClient } from './http-client.ts';
import { reviewAccess, reviewToken } from './reviews.ts';
import {
  answer,
  fakeTime,
  hangUp,
  refuse,
  startScriptedServer,
  statusOf,
  type Step,
} from '../fakes/kubernetes/scripted-server.ts';

async function clientOf(...steps: readonly Step[]) {
  const server = await startScriptedServer(...steps);
  return {
    server,
    client: createHttpClient({ server: server.url }, { ...fakeTime().options, retry: { maxTries: 1 } }),
  };
}

function review(kind: string, status: object): Step {
  const metadata = { creationTimestamp: null };
  return answer(201, { apiVersion: 'authentication.k8s.io/v1', kind, metadata, spec: {}, status });
}

const alice = { authenticated: true, user: { username: 'alice', groups: ['team-a'] } };
const known = { isAuthenticated: true, user: 'alice', groups: ['team-a'] };
const unauthenticated = { isAuthenticated: false, user: '', groups: [] };

describe('who a token is', () => {
  const cases: readonly (readonly [title: string, audiences: string[] | undefined, status: object, verdict: object])[] =
    [
      ['a user', undefined, alice, known],
      ['nobody', undefined, { error: 'expired' }, unauthenticated],
      ['nobody, though the server names a user', undefined, { ...alice, authenticated: false }, unauthenticated],
      ['a user, for one of the audiences', ['soteria', 'other'], { ...alice, audiences: ['soteria'] }, known],
      ['nobody, for other audiences', ['soteria'], { ...alice, audiences: ['vault'] }, unauthenticated],
      ['nobody, when the server does not look at audiences', ['soteria'], alice, unauthenticated],
    ];
  it.each(cases)('is %s', async (_title, audiences, status, verdict) => {
    const { client, server } = await clientOf(review('TokenReview', status));
    expect(await reviewToken(client, 'the-token', { audiences })).toEqual(verdict);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      kind: 'TokenReview',
      spec: { token: 'the-token', ...(audiences === undefined ? {} : { audiences }) },
    });
  });

  it('is nobody for an empty token, without asking', async () => {
    const { client, server } = await clientOf();
    expect(await reviewToken(client, '')).toEqual(unauthenticated);
    expect(server.requests).toEqual([]);
  });

  const failures: readonly (readonly [title: string, step: Step, code: string])[] = [
    [
      'refuses with the token in its message',
      answer(400, statusOf(400, 'BadRequest', {}, 'bad "the-token"')),
      'cluster_refused',
    ],
    ['does not let us ask', refuse(403, 'Forbidden'), 'cluster_forbidden'],
    ['hangs up', hangUp, 'cluster_unavailable'],
  ];
  it.each(failures)(
    'stays unknown when the server %s, and the error does not hold the token',
    async (_title, step, code) => {
      const { client } = await clientOf(step);
      const thrown: unknown = await reviewToken(client, 'the-token').catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code, cause: undefined });
      expect(errorTexts(thrown)).not.toContain('the-token');
    },
  );
});

describe('whether somebody may', () => {
  const question = { user: 'alice', groups: ['team-a'], verb: 'create', group: 'soteria.dev', resource: 'operations' };

  const cases: readonly (readonly [title: string, status: object, isAllowed: boolean])[] = [
    ['allowed', { allowed: true, reason: 'RBAC' }, true],
    ['not allowed', { allowed: false, reason: 'RBAC' }, false],
    ['denied', { allowed: true, denied: true, reason: 'RBAC' }, false],
  ];
  it.each(cases)('is %s as the server says', async (_title, status, isAllowed) => {
    const { client } = await clientOf(review('SubjectAccessReview', status));
    expect(await reviewAccess(client, question)).toEqual({ isAllowed, reason: 'RBAC' });
  });

  it('asks about the place and the name when they are given', async () => {
    const { client, server } = await clientOf(review('SubjectAccessReview', { allowed: true }));
    await reviewAccess(client, { ...question, namespace: 'shop', name: 'a' });
    expect(server.requests[0]?.path).toBe('/apis/authorization.k8s.io/v1/subjectaccessreviews');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      spec: {
        user: 'alice',
        groups: ['team-a'],
        resourceAttributes: {
          verb: 'create',
          group: 'soteria.dev',
          resource: 'operations',
          namespace: 'shop',
          name: 'a',
        },
      },
    });
  });
});
