/** The dry run’s answer: exactly what would be made, or why it is refused. */
import type { UseQueryResult } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import type { RestorePlan } from '../api/client.ts';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { sayBytes } from '../words/amounts.ts';
import { sayInstant } from '../words/instants.ts';

interface PlanOfRestoreProps {
  readonly query: UseQueryResult<RestorePlan>;
  readonly isWaiting: boolean;
  readonly isNamed: boolean;
}

export function PlanOfRestore({ query, isWaiting, isNamed }: PlanOfRestoreProps) {
  const plan = query.data;
  return (
    <section className="step" aria-busy={isWaiting || query.isFetching}>
      <h2>
        <span className="step-number">3</span> Plan
      </h2>
      <div className="plan">
        {!isNamed ? (
          <p className="tone-soft">The plan comes when the names are right.</p>
        ) : query.error !== null ? (
          <ErrorNote error={query.error} />
        ) : plan === undefined ? (
          <p className="tone-soft" role="status">
            Asking for the plan …
          </p>
        ) : (
          <>
            {plan.blocked_by.map((blocker) => (
              <ProblemNote key={blocker.code} problem={blocker} />
            ))}
            {plan.notices.map((notice) => (
              <p key={notice} className="tone-late">
                {notice}
              </p>
            ))}
            {plan.blocked_by.length > 0 ? null : <PlanFacts plan={plan} />}
          </>
        )}
      </div>
    </section>
  );
}

function PlanFacts({ plan }: { readonly plan: RestorePlan }) {
  const { claim } = plan;
  const facts: readonly (readonly [string, string])[] = [
    ['New claim', `${plan.target_namespace}/${plan.target_pvc}`],
    ['Data as of', plan.data_as_of === null ? 'unknown' : sayInstant(plan.data_as_of)],
    ['From the backup', plan.backup ?? plan.restore_point ?? ''],
    ...(claim === null
      ? []
      : ([
          [
            'Size',
            claim.grown_to === null
              ? sayBytes(claim.size_bytes)
              : `${sayBytes(claim.size_bytes)}, grown to ${claim.grown_to}`,
          ],
          ['Storage class', claim.storage_class],
          ['Access', claim.access_modes.join(', ')],
          [
            'File system',
            `${claim.volume_mode === 'Block' ? 'raw block' : claim.fs_type}${claim.encrypted ? ', encrypted' : ''}`,
          ],
        ] as const)),
    ...(plan.reads_target === null
      ? []
      : ([['First', `the backup target ${plan.reads_target} is read anew`]] as const)),
    ...(plan.restores_image === null
      ? []
      : ([['Also', `the backing image ${plan.restores_image} is restored`]] as const)),
  ];
  return (
    <>
      <p className="plan-good">
        <CircleCheck className="tone-safe" size={17} aria-hidden="true" /> Nothing stands in the way. This is what will
        be made:
      </p>
      <dl className="pairs">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
