/** One Operation: what was asked and by whom, what happened since, and how it ended. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import { api, type Operation as Record } from '../api/client.ts';
import { operationQuery } from '../api/queries.ts';
import { dataOf } from '../api/problem.ts';
import { CopyBlock } from '../parts/copy-block.tsx';
import { Loading } from '../parts/loading.tsx';
import { PhaseMark, sayKind } from '../parts/operation-line.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { StaleNote } from '../parts/stale-note.tsx';
import { Time } from '../parts/time.tsx';
import { useTitle } from '../parts/title.ts';
import { Steps } from './steps.tsx';

const asked = { http: 'over HTTP', event: 'by an event', kubectl: 'with kubectl', policy: 'by a policy' } as const;

export function Operation() {
  const { namespace, name } = useParams<{ namespace: string; name: string }>();
  useTitle(name);
  const query = useQuery(operationQuery(namespace, name));
  const operation = query.data;
  if (operation === undefined) {
    return query.error === null ? <Loading what={name} /> : <ErrorNote error={query.error} />;
  }
  const { kind, phase, request, message, error, steps, requested_by, requested_via, queue } = operation;
  const claim = request.pvc === undefined ? undefined : `${request.namespace ?? namespace}/${request.pvc}`;
  return (
    <div className="operation">
      <StaleNote query={query} />
      <header className="screen-head">
        <p className="crumbs">
          <Link href="/operations">Operations</Link> <span aria-hidden="true">/</span> {namespace}
        </p>
        <h1>
          <PhaseMark phase={phase} size={24} /> {sayKind(kind)} <span className="state tone-soft">{phase}</span>
        </h1>
        <p className="lead" role="status">
          <span>{message}</span>
        </p>
      </header>
      {phase === 'Running' || phase === 'Pending' ? (
        <progress max={100} value={operation.progress} aria-label={`${operation.progress} percent`} />
      ) : null}
      {queue === null ? null : (
        <p className="tone-late">
          Place {queue.place} in the queue: it waits for {queue.waits_for}.
        </p>
      )}
      {error === null ? null : <ProblemNote problem={error} />}
      <section className="block">
        <h2>What happened</h2>
        <ol className="steps causes">
          <li>
            <span className="dot" aria-hidden="true" />
            <span>
              <b>Requested</b> {asked[requested_via]}
              {requested_by === null ? '' : ` by ${requested_by}`}
              {claim === undefined ? null : (
                <>
                  , about <Link href={`/claims/${claim}`}>{claim}</Link>
                </>
              )}
            </span>
            <span className="step-times tone-soft">
              <Time at={operation.created_at} />
            </span>
          </li>
        </ol>
        <Steps steps={steps} />
        {operation.ended_at === null ? <Cancel operation={operation} /> : <End operation={operation} />}
      </section>
      {operation.joined.length === 0 ? null : (
        <p className="tone-soft">Joined by requests that wanted the same: {operation.joined.join(', ')}</p>
      )}
      <section className="block">
        <h2>Request and result</h2>
        <CopyBlock text={JSON.stringify({ request, result: operation.result }, null, 2)} label="request and result" />
        <CopyBlock text={`kubectl -n ${namespace} get operation ${name} -o yaml`} label="the kubectl line" />
      </section>
    </div>
  );
}

function End({ operation: { ended_at, phase, result, namespace, request } }: { readonly operation: Record }) {
  if (ended_at === null) return null;
  const made = result?.claim ?? (phase === 'Succeeded' ? request.targetPvc : undefined);
  return (
    <ol className="steps">
      <li>
        <PhaseMark phase={phase} size={16} />
        <span>
          <b>{phase}</b>{' '}
          {made === undefined ? null : (
            <Link href={`/claims/${result?.claimNamespace ?? namespace}/${made}`}>{made}</Link>
          )}
          {result?.proof === undefined ? '' : ` ${result.proof.outcome}: ${result.proof.why}`}
        </span>
        <span className="step-times tone-soft">
          <Time at={ended_at} />
        </span>
      </li>
    </ol>
  );
}

function Cancel({ operation: { name, namespace } }: { readonly operation: Record }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: async () =>
      dataOf(await api.POST('/v1/operations/{name}/cancel', { params: { path: { name }, query: { namespace } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['operations'] }),
  });
  return (
    <div className="actions">
      <button type="button" className="button danger" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel
      </button>
      {cancel.error === null ? null : <ErrorNote error={cancel.error} />}
    </div>
  );
}
