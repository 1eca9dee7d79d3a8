import { describe, expect, it } from 'vitest';
import { broker, eventually, service, serviceRef, startFixture, trigger } from '../testing/mesh-fixture.ts';

const letters = { subscriber: serviceRef('probe', '/dead-letters') };
const toLetters = { deadLetterSink: serviceRef('letters', '/dead-letters') };
const quick = { retry: 2, backoffPolicy: 'linear', backoffDelay: 'PT0.1S' };

describe('a synchronous broker', () => {
  it('answers after its Triggers, and with 500 when one without dead letter sink failed', async () => {
    const { publish, requests } = await startFixture([
      service('probe'),
      broker({ delivery: {} }),
      trigger('t', 'made'),
      trigger('u', 'made', letters),
    ]);
    expect((await publish({ answer: 'slow.50' })).status).toBe(202);
    await eventually(() => expect(requests('probe')).toHaveLength(2));
    expect((await publish({ id: 'e2', answer: '422' })).status).toBe(500);
    await eventually(() => expect(requests('probe')).toHaveLength(4));
  });
});

describe('an asynchronous broker', () => {
  it('answers at once', async () => {
    const { publish, all } = await startFixture([
      service('probe'),
      broker({ isAsync: true, delivery: {} }),
      trigger('t', 'made'),
    ]);
    expect((await publish({ answer: '422' })).status).toBe(202);
    expect(all('lost')).toEqual([]);
    await eventually(() => expect(all('lost')).toMatchObject([{ trigger: 't', code: 422 }]));
  });
});

describe('a delivery', () => {
  it('to a Service that does not exist is dead-lettered as unreachable', async () => {
    const { publish, received } = await startFixture([
      service('letters'),
      broker({ delivery: toLetters }),
      trigger('t', 'made', { subscriber: serviceRef('nobody'), delivery: quick }),
    ]);
    await publish();
    const [letter] = await received('letters', 1);
    expect(letter?.headers['ce-knativeerrorcode']).toBe('500');
    expect(Buffer.from(letter?.headers['ce-knativeerrordata'] ?? '', 'base64').toString()).toMatch(
      /^dispatch error: Post /,
    );
  });

  it('warns of an error body that a real channel would crash on', async () => {
    const { publish, all } = await startFixture([service('probe'), broker({ delivery: {} }), trigger('t', 'made')]);
    await publish({ answer: 'long' });
    expect(
      all('warning')
        .map((one) => one.message)
        .join(),
    ).toContain('answered 500 with 900 bytes');
  });
});

describe('chaos', () => {
  it('delivers twice with the same id', async () => {
    const { publish, requests } = await startFixture([service('probe'), broker(), trigger('t', 'made')], {
      chaos: { duplicateDelivery: ({ trigger }) => trigger === 't' },
    });
    await publish();
    await eventually(() => expect(requests('probe').map((request) => request.headers['ce-id'])).toEqual(['e1', 'e1']));
  });

  it('drops', async () => {
    const { publish, requests } = await startFixture([service('probe'), broker(), trigger('t', 'made')], {
      chaos: { dropDelivery: ({ id }) => id === 'e1' },
    });
    await publish();
    await publish({ id: 'e2' });
    await eventually(() => expect(requests('probe').map((request) => request.headers['ce-id'])).toEqual(['e2']));
  });

  it('reorders', async () => {
    const { publish, requests } = await startFixture(
      [service('probe'), broker({ isAsync: true }), trigger('t', 'made')],
      { chaos: { reorderDelivery: ({ id }) => id === 'e1' } },
    );
    await publish();
    await publish({ id: 'e2' });
    await eventually(() => expect(requests('probe').map((request) => request.headers['ce-id'])).toEqual(['e2', 'e1']));
  });

  it('delays', async () => {
    const { publish } = await startFixture([service('probe'), broker(), trigger('t', 'made')], {
      chaos: { delayDelivery: () => 300 },
    });
    const startedAt = performance.now();
    await publish();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(299);
  });

  it('kills the function during a request, and the retry wakes it again', async () => {
    let kills = 0;
    const chaos = { killDuringRequest: () => (kills++ === 0 ? 0 : undefined) };
    const { publish, all } = await startFixture(
      [service('probe'), broker(), trigger('t', 'made', { delivery: quick })],
      { chaos },
    );
    expect((await publish({ answer: 'slow.100' })).status).toBe(202);
    expect(all('crashed')).toMatchObject([{ service: 'probe', signal: 'SIGKILL' }]);
    expect(all('woke')).toHaveLength(2);
    expect(all('retried').map((one) => one.reason)).toEqual(['502']);
  });
});
