import { describe, expect, it } from 'vitest';
import { createResend, messageOf } from './resend.ts';

const now = new Date('2026-08-20T02:00:00Z');
const event = {
  id: 'é 1',
  source: '/ariadne',
  type: 'dev.soteria.backup.requested.v1',
  subject: 'shop/data',
  extensions: {
    correlationid: 'root',
    soteriasignature: 's',
    soteriauser: 'alice',
    soteriagroups: 'g',
    knativeerrorcode: '422',
  },
  data: { pvc: 'data' },
};

describe('an event sent once more', () => {
  it('keeps its name, has the present time, and carries neither a signature nor the broker’s marks', () => {
    expect(messageOf(event, now)).toEqual({
      headers: {
        'ce-specversion': '1.0',
        'ce-id': '%C3%A9%201',
        'ce-source': '/ariadne',
        'ce-type': event.type,
        'ce-subject': 'shop/data',
        'ce-time': '2026-08-20T02:00:00.000Z',
        'ce-correlationid': 'root',
        'content-type': 'application/json',
      },
      body: '{"pvc":"data"}',
    });
  });

  it('says so when there is nowhere to send it', async () => {
    const resend = createResend(undefined, () => now);
    await expect(resend(event, new AbortController().signal)).rejects.toMatchObject({ code: 'cluster_unavailable' });
  });
});
