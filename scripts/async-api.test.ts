import { eventCatalogue } from '@soteria/shared/events/catalogue.ts';
import type { EventDefinition } from '@soteria/shared/operation/kinds/kind.ts';
import officialSchema from '@asyncapi/specs/schemas/3.0.0-without-$id.json' with { type: 'json' };
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { asyncApi } from './async-api.ts';

const own = Object.entries<EventDefinition>(eventCatalogue).filter(([type]) => type.startsWith('dev.soteria.'));
const document = asyncApi(own, '1.2.3');

// Formats are not what is in doubt here; what the official schema does not know is.
const ajv = new Ajv({ strict: false, validateFormats: false });
const isAsyncApi = ajv.compile(officialSchema);

describe('the AsyncAPI document', () => {
  it('is one by the official schema', () => {
    isAsyncApi(document);
    expect(isAsyncApi.errors ?? []).toEqual([]);
  });

  it('would not be one with a message that is nowhere defined as such', () => {
    expect(isAsyncApi({ ...document, operations: { ask: { ...document.operations.ask, action: 'ask' } } })).toBe(false);
  });

  it('has every event of ours in exactly one of its operations', () => {
    const named = Object.values(document.operations).flatMap(({ messages }) => messages.map(({ $ref }) => $ref));
    expect(named.toSorted()).toEqual(own.map(([type]) => `#/channels/broker/messages/${type}`).toSorted());
  });

  it('describes the data so that a good request passes and a bad one does not', () => {
    const { payload } = document.channels['broker']?.messages['dev.soteria.backup.requested.v1'] ?? {};
    const isRequest = ajv.compile(payload ?? {});
    expect(isRequest({ namespace: 'shop', pvc: 'data' })).toBe(true);
    expect(isRequest({ namespace: 'shop' })).toBe(false);
    expect(isRequest({ namespace: 'shop', pvc: 'data', volume: 'x' })).toBe(false);
  });
});
