/** The inventory as JSON, piece by piece: rows become text as they come and are forgotten. */
import { writeJson } from '@soteria/shared/kubernetes/json.ts';
import { encodeCursor } from '@soteria/shared/function/page-cursor.ts';
import type { ListedRow } from './list-rows.ts';

/** A chunk is sent when it has so many characters. */
const chunkLength = 32 * 1024;

/** `head`: all members that stand before the claims; `limit` undefined: all rows. */
export async function* inventoryText(
  head: object,
  rows: AsyncIterable<ListedRow>,
  limit = Infinity,
): AsyncGenerator<string> {
  let text = `${writeJson(head).slice(0, -1)},"namespaces":[`;
  let namespace: string | undefined;
  let last: ListedRow | undefined;
  let count = 0;
  let hasMore = false;
  for await (const listed of rows) {
    if (count >= limit) {
      hasMore = true;
      break;
    }
    const { row } = listed;
    if (row.namespace === namespace) text += ',';
    else text += `${namespace === undefined ? '' : ']},'}{"name":${JSON.stringify(row.namespace)},"pvcs":[`;
    text += writeJson(row);
    namespace = row.namespace;
    last = listed;
    count += 1;
    if (text.length < chunkLength) continue;
    yield text;
    text = '';
  }
  text += namespace === undefined ? ']' : ']}]';
  if (hasMore && last !== undefined)
    text += `,"next":${JSON.stringify(encodeCursor([last.from.key, last.from.token]))}`;
  yield `${text}}`;
}
