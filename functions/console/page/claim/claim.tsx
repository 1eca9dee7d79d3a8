/** Everything about one claim, for who looks at three in the morning: can it be restored, from when, and what is broken. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { claimQuery, operationsQuery, pointsQuery } from '../api/queries.ts';
import { Loading } from '../parts/loading.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { StaleNote } from '../parts/stale-note.tsx';
import { useTitle } from '../parts/title.ts';
import { ClaimActions } from './claim-actions.tsx';
import { ClaimFacts } from './claim-facts.tsx';
import { ClaimHead } from './claim-head.tsx';
import { CommandLines } from './command-lines.tsx';
import { PointsOfClaim } from './points-of-claim.tsx';
import { Timeline } from './timeline.tsx';
import { WhatFails } from './what-fails.tsx';

export function Claim() {
  const { namespace, pvc } = useParams<{ namespace: string; pvc: string }>();
  useTitle(`${namespace}/${pvc}`);
  const claim = useQuery(claimQuery(namespace, pvc));
  const points = useQuery(pointsQuery({ namespace, pvc, limit: 500 }));
  const operations = useQuery(operationsQuery({ namespace, pvc, limit: 100 }));

  if (claim.data === undefined) {
    return claim.error === null ? <Loading what={`${namespace}/${pvc}`} /> : <ErrorNote error={claim.error} />;
  }
  const { row, problems } = claim.data;
  return (
    <div className="claim">
      <StaleNote query={claim} />
      <ClaimHead namespace={namespace} pvc={pvc} row={row} />
      {problems.map((problem) => (
        <ProblemNote key={problem.code + problem.what} problem={problem} tone="unknown" />
      ))}
      <ClaimFacts row={row} points={points.data?.items} />
      {row === null ? null : <WhatFails row={row} />}
      <ClaimActions
        namespace={namespace}
        pvc={pvc}
        row={row}
        hasPoint={(points.data?.items ?? []).some((one) => one.restorable)}
      />
      <PointsOfClaim namespace={namespace} pvc={pvc} query={points} />
      <Timeline query={operations} />
      <CommandLines namespace={namespace} pvc={pvc} row={row} />
    </div>
  );
}
