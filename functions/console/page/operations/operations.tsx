/** Everything that was asked for, newest first. */
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { operationsQuery } from '../api/queries.ts';
import { Loading } from '../parts/loading.tsx';
import { OperationLine, PhaseMark } from '../parts/operation-line.tsx';
import { ErrorNote } from '../parts/problem-note.tsx';
import { StaleNote } from '../parts/stale-note.tsx';
import { useTitle } from '../parts/title.ts';
import { DeadLetters } from './dead-letters.tsx';

const phases = ['Running', 'Pending', 'Failed', 'Succeeded', 'Skipped', 'Cancelled'] as const;

export function Operations() {
  useTitle('Operations');
  const [search, setSearch] = useSearchParams();
  const phase = phases.find((one) => one === search.get('phase'));
  const query = useQuery(operationsQuery({ limit: 200, ...(phase === undefined ? {} : { phase }) }));
  const items = query.data?.items;
  return (
    <>
      <StaleNote query={query} />
      <header className="screen-head">
        <h1>Operations</h1>
        <p className="lead">
          Every backup, restore, test and prune, with what it did. Those that were asked for stay for 24 hours.
        </p>
      </header>
      <div className="counts" role="group" aria-label="By phase">
        <button
          type="button"
          className="count"
          aria-pressed={phase === undefined}
          onClick={() => setSearch({}, { replace: true })}
        >
          All
        </button>
        {phases.map((one) => (
          <button
            key={one}
            type="button"
            className="count"
            aria-pressed={phase === one}
            onClick={() => setSearch(phase === one ? {} : { phase: one }, { replace: true })}
          >
            <PhaseMark phase={one} size={15} /> <span aria-hidden="true">{one}</span>
          </button>
        ))}
      </div>
      {items === undefined ? (
        query.error === null ? (
          <Loading what="Operations" />
        ) : (
          <ErrorNote error={query.error} />
        )
      ) : items.length === 0 ? (
        <p className="empty">{phase === undefined ? 'Nothing was asked for yet.' : `No Operation is ${phase}.`}</p>
      ) : (
        <ul className="rows spaced">
          {items.map((operation) => (
            <li key={`${operation.namespace}/${operation.name}`}>
              <OperationLine operation={operation} withClaim />
            </li>
          ))}
        </ul>
      )}
      <DeadLetters />
    </>
  );
}
