/** Every claim into another namespace: source → target for each, and the names prefilled. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { ArchiveRestore, ArrowRight } from 'lucide-react';
import { useSearchParams } from 'wouter';
import { api, type NamespacePlan } from '../api/client.ts';
import { newKey } from '../api/new-key.ts';
import { dataOf } from '../api/problem.ts';
import { namespacePlanQuery } from '../api/queries.ts';
import { OperationProgress } from '../operations/operation-progress.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { useSettled } from '../parts/settled.ts';
import { NameField } from '../restore/choose-target.tsx';
import { whyBadName } from '../restore/why-bad-name.ts';
import { sayInstant } from '../words/instants.ts';

export function RestoreNamespace({ namespace }: { readonly namespace: string }) {
  const [search, setSearch] = useSearchParams();
  const target = search.get('target') ?? `${namespace}-restored`.slice(0, 63);
  const settled = useSettled(target, 350);
  const isNamed = whyBadName(target) === undefined;
  const body = { namespace, target_namespace: settled };
  const plan = useQuery(namespacePlanQuery(isNamed && settled === target ? body : undefined));
  const run = useMutation({
    mutationFn: async () =>
      dataOf(await api.POST('/v1/restores/namespace', { params: { header: { 'Idempotency-Key': newKey() } }, body })),
  });
  const made = run.data;
  const mayRun =
    plan.data !== undefined &&
    settled === target &&
    plan.data.blocked_by.length === 0 &&
    (plan.data.claims?.length ?? 0) > 0;
  return (
    <section className="step">
      <h2>Restore every claim into another namespace</h2>
      <div className="fields">
        <NameField
          label="Namespace to restore into"
          value={target}
          onValue={(value) => setSearch({ target: value }, { replace: true })}
        />
      </div>
      <div className="plan" aria-busy={plan.isFetching || settled !== target}>
        {plan.error !== null ? (
          <ErrorNote error={plan.error} />
        ) : plan.data === undefined ? (
          <p className="tone-soft">Asking for the plan …</p>
        ) : (
          <Plan plan={plan.data} />
        )}
      </div>
      {made?.operation === undefined || made.operation === null ? (
        <div className="actions">
          <button
            type="button"
            className="button first"
            disabled={!mayRun || run.isPending}
            onClick={() => run.mutate()}
          >
            <ArchiveRestore size={17} aria-hidden="true" /> Restore into {target}
          </button>
        </div>
      ) : (
        <OperationProgress namespace={made.target_namespace} name={made.operation} />
      )}
      {run.error === null ? null : <ErrorNote error={run.error} />}
    </section>
  );
}

function Plan({
  plan: { namespace, target_namespace, claims, without_point, blocked_by },
}: {
  readonly plan: NamespacePlan;
}) {
  return (
    <>
      {blocked_by.map((blocker) => (
        <ProblemNote key={blocker.code} problem={blocker} />
      ))}
      <ul className="rows">
        {claims?.map(({ pvc, target_pvc, data_as_of, blocked_by: blocker, already_restored }) => (
          <li key={pvc}>
            <p className="route">
              {namespace}/{pvc} <ArrowRight size={15} aria-label="becomes" role="img" />{' '}
              <b>
                {target_namespace}/{target_pvc}
              </b>{' '}
              <span className={blocker === null ? 'tone-soft' : 'tone-late'}>
                {blocker !== null
                  ? 'exists already, stays as it is'
                  : already_restored
                    ? 'is restored already'
                    : data_as_of === null
                      ? ''
                      : `as of ${sayInstant(data_as_of)}`}
              </span>
            </p>
          </li>
        ))}
      </ul>
      {without_point?.map(({ pvc, why }) => (
        <p key={pvc} className="tone-late">
          {namespace}/{pvc}: {why}
        </p>
      ))}
    </>
  );
}
