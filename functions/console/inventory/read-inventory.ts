/** `GET /v1/inventory`. */
import type { Context } from 'hono';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { totalsOf } from '@soteria/shared/coverage/coverage-record.ts';
import type { KitEnv } from '@soteria/shared/function/contract.ts';
import { decodeCursor } from '@soteria/shared/function/page-cursor.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { inventoryQuery } from '@soteria/shared/http-contract/console-queries.ts';
import type { MaySee } from '../who/visible-namespaces.ts';
import type { ConsoleTools } from '../tools.ts';
import type { ClusterView } from './cluster-view.ts';
import { inventoryText } from './inventory-text.ts';
import { listRows, onlySeen } from './list-rows.ts';

/** Refusals come before the first piece: what fails later breaks the answer off. */
export async function answerInventory(tools: ConsoleTools, c: Context<KitEnv>): Promise<Response> {
  const { caller, signal } = c.get('incoming');
  const query = inventoryQuery.safeParse(c.req.query());
  if (!query.success) throw unfit(problemsOf(query.error, 'the query'));
  const { limit, next, ...filter } = query.data;
  const from = next === undefined ? undefined : decodeCursor(next, 'the inventory');
  if (filter.namespace !== undefined)
    await tools.authorize(caller, { verb: 'list', namespace: filter.namespace }, signal);
  const maySee = tools.seenBy(caller);
  const view = await tools.readView();
  const now = tools.now();
  const rows = listRows(
    { client: tools.client, view, maySee, now },
    { filter, from: from === undefined ? undefined : { key: from[0], token: from[1] } },
    signal,
  );
  const isPaused = c.get('isPaused') === true;
  const head = { ...(await headOf(view, maySee, now)), ...(isPaused ? { paused: true } : {}) };
  const pieces = inventoryText(head, rows, limit);
  const first = await pieces.next();
  return c.body(ReadableStream.from(withFirst(first, pieces)), 200, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
}

async function headOf(view: ClusterView, maySee: MaySee, now: Date) {
  const { coverage, evaluatedAt, problems } = view;
  const names = await onlySeen([...coverage.records.keys()], maySee);
  const totals = totalsOf(names.flatMap((name) => coverage.records.get(name) ?? []));
  return {
    generated_at: now.toISOString(),
    evaluated_at: evaluatedAt ?? null,
    coverage: totals,
    problems,
  };
}

async function* withFirst(first: IteratorResult<string, void>, rest: AsyncGenerator<string>) {
  const encoder = new TextEncoder();
  if (first.done !== true) yield encoder.encode(first.value);
  for await (const piece of rest) yield encoder.encode(piece);
}

function unfit(problems: readonly string[]): SoteriaError {
  return new SoteriaError('invalid_request', {
    what: 'the inventory cannot be listed',
    why: problems.join('; '),
    fix: 'allowed are namespace, state, health, q, limit (1 to 1000) and next; GET /v1/openapi.json has their values',
  });
}
