/** The restore points of a claim: on a time axis, and as a list. */
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { RestorePoint } from '../api/client.ts';
import { Loading } from '../parts/loading.tsx';
import { useNow } from '../parts/now.ts';
import { sayPoint, toneOf } from '../parts/point-words.ts';
import { PointList } from '../parts/point-list.tsx';
import { ErrorNote } from '../parts/problem-note.tsx';
import { TimeAxis } from '../parts/time-axis.tsx';
import { sayCount } from '../words/amounts.ts';

interface PointsOfClaimProps {
  readonly namespace: string;
  readonly pvc: string;
  readonly query: UseQueryResult<{
    readonly items: RestorePoint[];
    readonly notices: string[];
    readonly next?: string;
  }>;
}

const shownAtFirst = 8;

export function PointsOfClaim({ namespace, pvc, query }: PointsOfClaimProps) {
  const now = useNow();
  const points = query.data?.items ?? [];
  const marks = points.flatMap((point) =>
    point.data_as_of === null
      ? []
      : [{ id: point.id, at: new Date(point.data_as_of).getTime(), tone: toneOf(point), label: sayPoint(point) }],
  );
  return (
    <section className="block">
      <h2>Restore points</h2>
      {query.data === undefined ? (
        query.error === null ? (
          <Loading what="restore points" />
        ) : (
          <ErrorNote error={query.error} />
        )
      ) : (
        <>
          {query.data.notices.map((notice) => (
            <p key={notice} className="tone-late">
              {notice}
            </p>
          ))}
          {points.length === 0 ? (
            <p className="tone-soft">There is none yet. A backup makes the first.</p>
          ) : (
            <>
              <TimeAxis
                marks={marks}
                now={now}
                label={`${sayCount(points.length, 'restore point')} on a time axis; the list below has them all`}
              />
              <PointList points={points.slice(0, shownAtFirst)} />
              {points.length > shownAtFirst ? (
                <p className="more">
                  <Link href={`/points?namespace=${namespace}&pvc=${pvc}`}>All {points.length} restore points</Link>
                </p>
              ) : null}
            </>
          )}
        </>
      )}
    </section>
  );
}
