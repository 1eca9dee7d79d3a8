import { Validator } from '@seriousme/openapi-schema-validator';
import { routes } from '@soteria/shared/http-contract/routes.ts';
import { expect, it } from 'vitest';
import { openApi } from './open-api.ts';

const document = openApi('1.2.3');
const text = JSON.stringify(document);

it('has every declared route, and each operation has a name of its own', () => {
  const shown = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(shown.toSorted()).toEqual(Object.keys(routes).toSorted());
  const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(shown.length);
});

it('refers only to what it holds', () => {
  const { schemas, responses } = document.components;
  for (const [, kind, name = ''] of text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)) {
    expect(Object.keys(kind === 'schemas' ? schemas : responses)).toContain(name);
  }
});

it('declares no 500 but the one of a fault of our own', () => {
  expect(document.components.responses['Problem500']).toMatchObject({ description: 'internal' });
});

it('lets a request leave out what has a default, and lets no answer do so', () => {
  expect(document.components.schemas['BackupRequest']).toMatchObject({ required: ['namespace', 'pvc'] });
  expect(document.components.schemas['BackupAnswer']).toMatchObject({ additionalProperties: false });
});

it('is a valid OpenAPI document, and a member that OpenAPI does not know is found', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  const wrong = { ...structuredClone(document), paths: { '/v1/x': { get: { response: {} } } } };
  expect(await new Validator().validate(wrong)).toMatchObject({ valid: false });
});
