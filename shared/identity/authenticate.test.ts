import { describe, expect, it } from 'vitest';
import { createAuthenticate } from './authenticate.ts';
import { bodyDigestOf } from './signature.ts';
import { currentSecret, present, previousSecret } from '../function/testing/kit.ts';
import { fakeReviews, type Knowledge } from '../function/testing/fake-reviews.ts';
import { type RequestToSign, signedIdentityHeaders } from './verify-request.ts';

const jane = { jane1: { username: 'jane', groups: ['team'] } };

interface Setting {
  readonly authRequired?: boolean;
  readonly knowledge?: Knowledge;
  readonly signingSecrets?: readonly string[];
}

function setUp({
  authRequired = true,
  knowledge = { tokens: jane },
  signingSecrets = [currentSecret, previousSecret],
}: Setting = {}) {
  const reviews = fakeReviews(knowledge);
  const clock = { now: present };
  const authenticate = createAuthenticate({
    client: reviews.client,
    authRequired,
    signingSecrets,
    now: () => clock.now,
  });
  const ask = (headers: Record<string, string>, body = '{}') =>
    authenticate({
      door: 'http',
      headers: new Headers(headers),
      method: 'POST',
      path: '/v1/backup',
      bodyDigest: () => Promise.resolve(bodyDigestOf(body)),
    });
  return { ask, authenticate, clock, reviews };
}

function signed(change: Partial<RequestToSign> = {}, secret = currentSecret): Record<string, string> {
  const request = {
    method: 'POST',
    path: '/v1/backup',
    user: 'jané',
    groups: ['a b', 'c,d'],
    body: '{}',
    now: present,
  };
  return signedIdentityHeaders({ ...request, ...change }, secret);
}

const unauthenticated = { code: 'unauthenticated' };
const later = (ms: number): Date => new Date(present.getTime() + ms);

describe('a caller with a token', () => {
  it('is who the API server says', async () => {
    const { ask } = setUp();
    await expect(ask({ authorization: 'Bearer jane1' })).resolves.toEqual({
      user: 'jane',
      groups: ['team'],
      proof: 'token',
    });
  });

  it.each(['Bearer joe1', 'Bearer', 'Basic amFuZTox', 'jane1', 'Bearer jane1 jane1'])(
    'is refused with %j, even where nobody need prove anything',
    async (authorization) => {
      await expect(setUp({ authRequired: false }).ask({ authorization })).rejects.toMatchObject(unauthenticated);
    },
  );

  it('is refused with no word of the token', async () => {
    const refusal: unknown = await setUp()
      .ask({ authorization: 'Bearer topsecret9' })
      .catch((thrown: unknown) => thrown);
    expect(JSON.stringify(refusal)).not.toContain('topsecret9');
    expect(String(refusal)).not.toContain('topsecret9');
  });

  it('is reviewed once a minute, not once a call', async () => {
    const { ask, clock, reviews } = setUp();
    await ask({ authorization: 'Bearer jane1' });
    clock.now = later(59_000);
    await ask({ authorization: 'Bearer jane1' });
    expect(reviews.asked).toHaveLength(1);
    clock.now = later(60_000);
    await ask({ authorization: 'Bearer jane1' });
    expect(reviews.asked).toHaveLength(2);
  });

  it('is asked about again after a refusal', async () => {
    const { ask, reviews } = setUp();
    await ask({ authorization: 'Bearer joe1' }).catch(() => undefined);
    await ask({ authorization: 'Bearer joe1' }).catch(() => undefined);
    expect(reviews.asked).toHaveLength(2);
  });

  it('is neither let in nor refused while the API server does not answer', async () => {
    const { ask } = setUp({ knowledge: { isDown: true } });
    await expect(ask({ authorization: 'Bearer jane1' })).rejects.toMatchObject({ code: 'cluster_unavailable' });
  });
});

describe('a caller with signed identity headers', () => {
  it.each([currentSecret, previousSecret])('is who the console says, with either secret', async (secret) => {
    await expect(setUp().ask(signed({}, secret))).resolves.toEqual({
      user: 'jané',
      groups: ['a b', 'c,d'],
      proof: 'signature',
    });
  });

  it.each<[string, number, boolean]>([
    ['just inside 5 minutes', 300_000, true],
    ['just past 5 minutes', 300_001, false],
    ['ahead by 5 minutes', -300_000, true],
    ['ahead by more', -300_001, false],
  ])('is accepted or not %s after signing', async (_title, ms, isAccepted) => {
    const { ask, clock } = setUp();
    clock.now = later(ms);
    const answer = ask(signed());
    await (isAccepted
      ? expect(answer).resolves.toHaveProperty('user')
      : expect(answer).rejects.toMatchObject(unauthenticated));
  });

  it.each<[string, Record<string, string>]>([
    ['another body was signed', signed({ body: '{"a":1}' })],
    ['another path was signed', signed({ path: '/v1/restore' })],
    ['another secret was used', signed({}, 'x'.repeat(40))],
    ['the user was changed', { ...signed(), 'x-soteria-user': 'root' }],
    ['the groups were changed', { ...signed(), 'x-soteria-groups': 'system%3Amasters' }],
    ['the timestamp was changed', { ...signed(), 'x-soteria-timestamp': String(present.getTime() + 1) }],
    ['the timestamp is no number', { ...signed(), 'x-soteria-timestamp': 'NaN' }],
    ['the user cannot be read', { ...signed(), 'x-soteria-user': '%E0%A4%A' }],
    ['there is no signature at all', { 'x-soteria-user': 'root' }],
    ['it claims to be the product itself', signed({ user: 'system:soteria' })],
  ])('is refused when %s, even where nobody need prove anything', async (_title, headers) => {
    await expect(setUp({ authRequired: false }).ask(headers)).rejects.toMatchObject(unauthenticated);
  });

  it('is refused where no secret is configured', async () => {
    await expect(setUp({ signingSecrets: [] }).ask(signed())).rejects.toMatchObject(unauthenticated);
  });

  it('is reviewed by token when it also has one', async () => {
    await expect(setUp().ask({ ...signed(), authorization: 'Bearer jane1' })).resolves.toMatchObject({
      proof: 'token',
    });
  });
});

describe('a caller with nothing', () => {
  it('is refused by HTTP where proof is required', async () => {
    await expect(setUp().ask({})).rejects.toMatchObject(unauthenticated);
  });

  it('is anonymous where it is not, and at the event door', async () => {
    const anonymous = { user: 'anonymous', groups: [], proof: 'none' };
    await expect(setUp({ authRequired: false }).ask({})).resolves.toEqual(anonymous);
    await expect(setUp().authenticate({ door: 'event', headers: new Headers() })).resolves.toEqual(anonymous);
  });
});
