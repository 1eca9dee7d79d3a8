import { expect, it } from 'vitest';
import { namespaces, tokenReviews } from '../kubernetes/core-types.ts';
import { connectLazily } from './lazy-client.ts';
import { fakeReviews } from './testing/fake-reviews.ts';

const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec: { token: 'x' } };

it('connects with the first call and only once', async () => {
  let connections = 0;
  const client = connectLazily(() => {
    connections += 1;
    return Promise.resolve(fakeReviews().client);
  });
  expect(connections).toBe(0);
  await Promise.all([client.create(tokenReviews, review), client.create(tokenReviews, review)]);
  expect(connections).toBe(1);
});

it('tries to connect again after it could not', async () => {
  let attempts = 0;
  const client = connectLazily(() => {
    attempts += 1;
    return attempts === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve(fakeReviews().client);
  });
  await expect(client.get(namespaces, { name: 'a' })).rejects.toThrow('not yet');
  await expect(client.create(tokenReviews, review)).resolves.toHaveProperty('status');
});
