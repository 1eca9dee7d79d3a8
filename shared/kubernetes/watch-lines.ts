/** The lines of a watch: one JSON event each. Pure, but for reading the stream. */
import * as z from 'zod';
import type { ApiStatus } from './api-errors.ts';
import { parseJson } from './json.ts';

const eventShape = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.looseObject({
    code: z.number().optional(),
    metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(),
  }),
});

export type WireEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: unknown; readonly resourceVersion: string }
  /** Nothing happened up to this version. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'ERROR'; readonly code: NonNullable<ApiStatus['code']> };

/** A line that is no watch event means the stream is broken: `ERROR` with code 0. */
export function readWatchLine(line: string): WireEvent {
  const broken: WireEvent = { type: 'ERROR', code: 0 };
  let wire: unknown;
  try {
    wire = parseJson(line);
  } catch {
    return broken;
  }
  const parsed = eventShape.safeParse(wire);
  if (!parsed.success) return broken;
  const { type, object } = parsed.data;
  if (type === 'ERROR') return { type, code: object.code ?? 0 };
  const resourceVersion = object.metadata?.resourceVersion;
  if (resourceVersion === undefined || resourceVersion === '') return broken;
  return type === 'BOOKMARK' ? { type, resourceVersion } : { type, object, resourceVersion };
}

/** Complete lines only: what follows the last line break was cut off by the disconnect. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const pieces = (rest + chunk).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) if (piece.trim() !== '') yield piece;
  }
}
