/** `GET /v1/restores?namespace&source_namespace&pvc&phase&kind&limit&next`: newest first, a page at a time, and never silently cut. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { decodeCursor, encodeCursor } from '@soteria/shared/function/page-cursor.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { listPage } from '@soteria/shared/operation/record/list-page.ts';
import { type Operation, phases } from '@soteria/shared/operation/record/schema.ts';
import { restoreKinds, restoresQuery } from '@soteria/shared/http-contract/queries.ts';
import type * as z from 'zod';
import type { RestoreTools } from '../tools.ts';
import { isOfThisFunction, viewOf } from './restore-view.ts';

type RestoresQuery = z.infer<typeof restoresQuery>;

export interface RestoreList {
  readonly items: readonly unknown[];
  /** To be given as `next` for the following page; left out on the last one. */
  readonly next?: string;
}

function queryFrom(raw: unknown): RestoresQuery {
  const parsed = restoresQuery.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new SoteriaError('invalid_request', {
    what: 'the list of restores cannot be given',
    why: problemsOf(parsed.error, 'the query').join('; '),
    fix:
      'allowed are namespace (of the Operation, where the new claims are), source_namespace, pvc (the source or the new one), ' +
      `phase (${phases.join(', ')}), kind (${restoreKinds.join(', ')}), limit (1 to 1000) and next`,
  });
}

function isListed(operation: Operation, { source_namespace: source, pvc, kind }: RestoresQuery): boolean {
  const { request, kind: ofKind } = operation.spec;
  return (
    isOfThisFunction(operation) &&
    (source === undefined || sourceRefOf(operation).namespace === source) &&
    (pvc === undefined || request.pvc === pvc || request.targetPvc === pvc) &&
    (kind === undefined || ofKind === kind)
  );
}

export async function listRestores(tools: RestoreTools, rawQuery: unknown, incoming: Incoming): Promise<RestoreList> {
  const query = queryFrom(rawQuery);
  const { namespace, phase, limit, next } = query;
  const after = next === undefined ? undefined : decodeCursor(next, 'the list of restores');
  await tools.authorize(incoming.caller, { verb: 'list', namespace }, incoming.signal);
  const page = await listPage(
    tools.store,
    { namespace, phase, limit, after, isListed: (operation) => isListed(operation, query) },
    incoming.signal,
  );
  return {
    items: page.operations.map(viewOf),
    ...(page.next === undefined ? {} : { next: encodeCursor(page.next) }),
  };
}
