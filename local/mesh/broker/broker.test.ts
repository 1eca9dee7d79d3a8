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
  it('is retried until it is accepted', async () => {
    const { publish, all, requests } = await startFixture([
      service('probe'),
      broker(),
      trigger('t', 'made', { delivery: quick }),
    ]);
    expect((await publish({ answer: 'recover.2' })).status).toBe(202);
    expect(all('retried').map(({ retry, reason, delayMs }) => [retry, reason, delayMs])).toEqual([
      [1, '503', 0],
      [2, '503', 5],
    ]);
    await eventually(() => expect(requests('probe')).toHaveLength(3));
  });

  it.each([
    ['422', 1, '422'],
    ['503', 3, '503'],
  ])('answered %s ends as a dead letter after %i attempts', async (answer, attempts, code) => {
    const { publish, requests, received, all } = await startFixture([
      service('probe'),
      service('letters'),
      broker({ delivery: toLetters }),
      trigger('t', 'made', { delivery: quick }),
    ]);
    expect((await publish({ answer }, '{"kept":true}')).status).toBe(202);
    await eventually(() => expect(requests('probe')).toHaveLength(attempts));
    expect(all('retried')).toHaveLength(attempts - 1);
    expect(await received('letters', 1)).toMatchObject([
      {
        path: '/dead-letters',
        body: '{"kept":true}',
        headers: { 'ce-id': 'e1', 'ce-knativeerrorcode': code, 'ce-knativebrokerttl': '255' },
      },
    ]);
    expect(all('dead-lettered')).toMatchObject([
      { trigger: 't', code: Number(code), to: 'Service letters/dead-letters' },
    ]);
  });

  it('whose answer is not an event ends as a dead letter that does not say why', async () => {
    const { publish, received, all } = await startFixture([
      service('probe'),
      service('letters'),
      broker({ delivery: toLetters }),
      trigger('t', 'made', { delivery: quick }),
    ]);
    await publish({ answer: 'json' });
    const [letter] = await received('letters', 1);
    expect(Object.keys(letter?.headers ?? {}).filter((name) => name.startsWith('ce-knativeerror'))).toEqual([]);
    expect(all('dead-lettered')).toMatchObject([{ trigger: 't', code: 502 }]);
  });

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

  it('that takes longer than its timeout is retried', async () => {
    const { publish, all } = await startFixture([
      service('probe', { scale: { 'min-scale': '1' } }),
      broker({ delivery: {} }),
      trigger('t', 'made', { delivery: { ...quick, retry: 1, timeout: 'PT0.3S' } }),
    ]);
    await eventually(() => expect(all('woke')).toHaveLength(1));
    expect((await publish({ answer: 'hang' })).status).toBe(500);
    expect(all('retried')).toHaveLength(1);
    await eventually(() => expect(all('log').filter((log) => log.line === '{"closed":true}')).toHaveLength(2));
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

  it('in structured format carries the event in the body', async () => {
    const { publish, received } = await startFixture([
      service('probe'),
      broker(),
      trigger('t', 'made', { delivery: { ...quick, format: 'json' } }),
    ]);
    await publish({}, '{"a":1}');
    const [request] = await received('probe', 1);
    expect(request?.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ id: 'e1', type: 'made', data: { a: 1 } });
  });
});

describe('a reply', () => {
  it('is published with its round count reduced by one', async () => {
    const { publish, all, requests } = await startFixture([
      service('probe'),
      service('letters'),
      broker(),
      trigger('t', 'made'),
      trigger('u', 'answered', { subscriber: serviceRef('letters') }),
    ]);
    expect((await publish({ answer: 'reply.answered' })).status).toBe(202);
    expect(all('replied')).toMatchObject([{ trigger: 't', type: 'answered', id: 'reply-e1' }]);
    await eventually(() => expect(requests('letters')).toHaveLength(1));
  });

  it('that comes back to its own Trigger runs out after 255 rounds, and the originals are dead-lettered', async () => {
    const { publish, all } = await startFixture([
      service('probe'),
      service('letters'),
      broker({ delivery: toLetters }),
      trigger('t', 'loop', { delivery: { retry: 0 } }),
    ]);
    expect((await publish({ type: 'loop', answer: 'reply.loop', knativebrokerttl: '4' })).status).toBe(202);
    expect(all('event')).toHaveLength(3);
    expect(all('dead-lettered')).toMatchObject([{ code: 400 }]);
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
