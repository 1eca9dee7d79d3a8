/** What was done about a claim, newest first: backups, restores, restore tests, skips with their reasons. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { OperationInList } from '../api/client.ts';
import { Loading } from '../parts/loading.tsx';
import { OperationLine } from '../parts/operation-line.tsx';
import { ErrorNote } from '../parts/problem-note.tsx';

interface TimelineProps {
  readonly query: UseQueryResult<{ readonly items: OperationInList[] }>;
}

export function Timeline({ query }: TimelineProps) {
  return (
    <section className="block">
      <h2>What happened</h2>
      {query.data === undefined ? (
        query.error === null ? (
          <Loading what="the timeline" />
        ) : (
          <ErrorNote error={query.error} />
        )
      ) : query.data.items.length === 0 ? (
        <p className="tone-soft">
          Nothing in the last day. Operations that were asked for are kept for 24 hours; the restore points above stay.
        </p>
      ) : (
        <ul className="rows">
          {query.data.items.map((operation) => (
            <li key={`${operation.namespace}/${operation.name}`}>
              <OperationLine operation={operation} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
