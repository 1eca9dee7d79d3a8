/** Where the next page of a list starts: after the entry with these two values, in the order of the list. */
import * as z from 'zod';
import { SoteriaError } from '../errors.ts';

export type PageCursor = readonly [first: string, second: string];

const cursorShape = z.tuple([z.string(), z.string()]);

export function encodeCursor(cursor: PageCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** Throws `invalid_request`. `list`: what is continued, as in "the list of backups". */
export function decodeCursor(text: string, list: string): PageCursor {
  try {
    return cursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (error) {
    const what = `${list} cannot be continued`;
    const why = 'the value of "next" is not one that an earlier answer gave';
    const fix = 'leave "next" out to start from the first item';
    throw new SoteriaError('invalid_request', { what, why, fix }, { cause: error });
  }
}
