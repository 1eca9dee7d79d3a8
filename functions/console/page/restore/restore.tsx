/** Restore into a new claim: when, where, the plan as the server makes it, and only then the button. Nothing existing can be a target. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import type { RestoreRequest } from '../api/client.ts';
import { pointsQuery, restorePlanQuery } from '../api/queries.ts';
import { Loading } from '../parts/loading.tsx';
import { ErrorNote } from '../parts/problem-note.tsx';
import { useTitle } from '../parts/title.ts';
import { useSettled } from '../parts/settled.ts';
import { ChoosePoint } from './choose-point.tsx';
import { ChooseTarget } from './choose-target.tsx';
import { PlanOfRestore } from './plan-of-restore.tsx';
import { RunRestore } from './run-restore.tsx';
import { whyBadName } from './why-bad-name.ts';

export function Restore() {
  const [search, setSearch] = useSearchParams();
  const namespace = search.get('namespace') ?? '';
  const pvc = search.get('pvc') ?? '';
  useTitle(`Restore ${namespace}/${pvc}`);
  const points = useQuery({ ...pointsQuery({ namespace, pvc, limit: 500 }), enabled: namespace !== '' && pvc !== '' });
  const point =
    points.data?.items.find(({ id }) => id === search.get('point')) ?? points.data?.items.find((one) => one.restorable);
  const targetNamespace = search.get('target_namespace') ?? namespace;
  const targetPvc = search.get('target_pvc') ?? `${pvc}-restored`.slice(0, 63);
  const set = (key: string, value: string) =>
    setSearch((now) => new URLSearchParams([...[...now].filter(([name]) => name !== key), [key, value]]), {
      replace: true,
    });

  const isNamed = whyBadName(targetPvc) === undefined && whyBadName(targetNamespace) === undefined;
  const request: RestoreRequest | undefined =
    point === undefined || !isNamed
      ? undefined
      : { namespace, pvc, snapshot: point.id, target_namespace: targetNamespace, target_pvc: targetPvc };
  const settled = useSettled(JSON.stringify(request ?? null), 350);
  const planned: RestoreRequest | undefined = settled === JSON.stringify(request ?? null) ? request : undefined;
  const plan = useQuery(restorePlanQuery(planned));

  if (namespace === '' || pvc === '') {
    return (
      <section className="empty">
        <h1>Which claim?</h1>
        <p>
          Choose it on <Link href="/">Protection</Link>, or a deleted one among the{' '}
          <Link href="/points">restore points</Link>.
        </p>
      </section>
    );
  }
  return (
    <div className="restore">
      <header className="screen-head">
        <p className="crumbs">
          <Link href="/">Protection</Link> <span aria-hidden="true">/</span>{' '}
          <Link href={`/claims/${namespace}/${pvc}`}>
            {namespace}/{pvc}
          </Link>
        </p>
        <h1>Restore {pvc}</h1>
        <p className="lead">A restore makes a new claim. What exists is never touched.</p>
      </header>
      {points.data === undefined ? (
        points.error === null ? (
          <Loading what="restore points" />
        ) : (
          <ErrorNote error={points.error} />
        )
      ) : point === undefined ? (
        <p className="empty">
          {namespace}/{pvc} has no point that can be restored.
        </p>
      ) : (
        <>
          <ChoosePoint points={points.data.items} point={point} onChoose={(id) => set('point', id)} />
          <ChooseTarget
            source={{ namespace, pvc }}
            target={{ namespace: targetNamespace, pvc: targetPvc }}
            onNamespace={(value) => set('target_namespace', value)}
            onPvc={(value) => set('target_pvc', value)}
          />
          <PlanOfRestore query={plan} isWaiting={planned === undefined && isNamed} isNamed={isNamed} />
          {request === undefined ? null : (
            <RunRestore
              request={request}
              mayRun={plan.data !== undefined && planned !== undefined && plan.data.blocked_by.length === 0}
            />
          )}
        </>
      )}
    </div>
  );
}
