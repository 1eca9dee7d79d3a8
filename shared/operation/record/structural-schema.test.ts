import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { structuralSchema } from './structural-schema.ts';

describe('a structural schema', () => {
  it('says what the zod schema says, and leaves the refusal of unknown members to the server', () => {
    const schema = z.strictObject({
      name: z.string().max(5).describe('A name.'),
      at: z.iso.datetime().optional(),
      counts: z.array(z.int().min(0).max(9)).max(3).optional(),
    });
    expect(structuralSchema(schema)).toEqual({
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', maxLength: 5, description: 'A name.' },
        at: { type: 'string', format: 'date-time' },
        counts: { type: 'array', maxItems: 3, items: { type: 'integer', minimum: 0, maximum: 9 } },
      },
    });
  });

  it.each([
    ['a union of types', z.object({ age: z.union([z.string(), z.int()]) }), 'at age'],
    ['free members', z.object({ labels: z.record(z.string(), z.string()) }), 'at labels'],
    ['anything', z.object({ list: z.array(z.unknown()) }), 'at list.[]'],
    [
      'a default, which the server would write into what was asked',
      z.object({ mode: z.string().default('x') }),
      '"default", at mode',
    ],
  ])('refuses %s instead of dropping it', (_title, schema, named) => {
    expect(() => structuralSchema(schema)).toThrow(named);
  });
});
