/** `GET /v1/coverage`: for every claim, why it is or is not backed up, as the last evaluation decided. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { decodeCursor, encodeCursor } from '@soteria/shared/function/page-cursor.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { coverageQuery } from '@soteria/shared/http-contract/queries.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { isAccounted, totalsOf } from '@soteria/shared/coverage/coverage-record.ts';
import { readLastEvaluation } from '@soteria/shared/coverage/last-evaluation.ts';
import { reasonOf } from '@soteria/shared/coverage/reasons.ts';
import { createCoverageStore, decodeAll } from '@soteria/shared/coverage/coverage-store.ts';
import type { PolicyTickTools } from '../tools.ts';

export async function readCoverage(tools: PolicyTickTools, rawQuery: unknown, { caller, signal }: Incoming) {
  const query = coverageQuery.safeParse(rawQuery);
  if (!query.success) {
    throw new SoteriaError('invalid_request', {
      what: 'the coverage cannot be listed',
      why: problemsOf(query.error, 'the query').join('; '),
      fix: 'allowed are namespace, pvc, state (due, running, not_due, skipped, unprotected), limit (1 to 1000) and next',
    });
  }
  const { namespace, pvc, state, limit, next } = query.data;
  const after = next === undefined ? undefined : decodeCursor(next, 'the coverage');
  await tools.authorize(caller, { verb: 'list', namespace }, signal);
  const [texts, verified, { evaluatedAt }] = await Promise.all([
    createCoverageStore(tools.client, tools.namespace).read(signal),
    createVerifiedPoints(tools.client, tools.namespace).list(signal),
    readLastEvaluation(tools.client, tools.namespace, signal),
  ]);
  const verifiedAt = new Map(verified.map((one) => [`${one.namespace}/${one.pvc}`, one.verifiedAt]));
  const stored = decodeAll(texts);
  const asked = [...stored.records].filter(([name]) => namespace === undefined || name === namespace);
  const rows = asked
    .flatMap(([of, records]) => [...records].map(([name, record]) => ({ of, name, record })))
    .filter(({ name, record }) =>
      pvc === undefined || name === pvc ? state === undefined || reasonOf(record.code).state === state : false,
    )
    .toSorted((a, b) => (a.of === b.of ? (a.name < b.name ? -1 : 1) : a.of < b.of ? -1 : 1))
    .filter(({ of, name }) => after === undefined || of > after[0] || (of === after[0] && name > after[1]));
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    ...totalsOf(asked.map(([, records]) => records)),
    evaluated_at: evaluatedAt ?? null,
    items: page.map(({ of, name, record }) => {
      const { state: itsState, why, fix } = reasonOf(record.code);
      return {
        namespace: of,
        pvc: name,
        state: itsState,
        code: record.code,
        accounted: isAccounted(record),
        policy: record.policy ?? null,
        why: record.detail === undefined ? why : `${why}: ${record.detail}`,
        fix: fix ?? null,
        data_as_of: stored.newestAt(of, name)?.toISOString() ?? null,
        rpo_seconds: record.rpoSeconds ?? null,
        due_at: record.dueAt ?? null,
        next_due_at: record.nextDueAt ?? null,
        missed_since: record.missedSince ?? null,
        verified_at: verifiedAt.get(`${of}/${name}`) ?? null,
        prove_by: record.proveBy ?? null,
        protected_by: record.protectedBy ?? null,
      };
    }),
    ...(rows.length > limit && last !== undefined ? { next: encodeCursor([last.of, last.name]) } : {}),
  };
}
