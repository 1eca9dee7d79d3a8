/** The first screen: is everything safe, and if not, which claim, why, and what to do. */
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { inventoryQuery } from '../api/queries.ts';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { Loading } from '../parts/loading.tsx';
import { StaleNote } from '../parts/stale-note.tsx';
import { useTitle } from '../parts/title.ts';
import { ClaimList } from './claim-list.tsx';
import { Filters } from './filters.tsx';
import { byNamespace, type Health, healths, type Line, matches, worstFirst } from './order-rows.ts';
import { SafetySentence } from './safety-sentence.tsx';

export function Protection() {
  useTitle('Protection');
  const inventory = useQuery(inventoryQuery());
  const [search, setSearch] = useSearchParams();
  const health = healths.find((one) => one === search.get('health'));
  const text = search.get('q') ?? '';
  const isGrouped = search.get('group') === 'namespace';
  const deferredText = useDeferredValue(text);

  const rows = useMemo(() => inventory.data?.namespaces.flatMap(({ pvcs }) => pvcs) ?? [], [inventory.data]);
  const shown = useMemo(
    () => rows.filter((row) => matches(row, { health, text: deferredText })),
    [rows, health, deferredText],
  );
  const lines = useMemo(
    () => (isGrouped ? byNamespace(shown) : worstFirst(shown).map((row): Line => ({ is: 'claim', row }))),
    [shown, isGrouped],
  );

  const set = (key: string, value: string | undefined) =>
    setSearch(
      (now) => {
        const next = new URLSearchParams(now);
        if (value === undefined || value === '') next.delete(key);
        else next.set(key, value);
        return next;
      },
      { replace: true },
    );

  if (inventory.data === undefined) {
    return inventory.error === null ? <Loading what="every claim" /> : <ErrorNote error={inventory.error} />;
  }
  return (
    <>
      <StaleNote query={inventory} />
      <SafetySentence inventory={inventory.data} rows={rows} />
      {inventory.data.problems.map((problem) => (
        <ProblemNote key={problem.code + problem.what} problem={problem} tone="unknown" />
      ))}
      {rows.length === 0 ? null : (
        <>
          <Filters
            rows={rows}
            health={health}
            text={text}
            isGrouped={isGrouped}
            onHealth={(next: Health | undefined) => set('health', next)}
            onText={(next) => set('q', next)}
            onGroup={(next) => set('group', next ? 'namespace' : undefined)}
          />
          {lines.length === 0 ? (
            <p className="empty" role="status">
              No claim fits this search.{' '}
              <button
                type="button"
                className="link"
                onClick={() => setSearch(new URLSearchParams(), { replace: true })}
              >
                Show all claims
              </button>
            </p>
          ) : (
            <ClaimList lines={lines} />
          )}
        </>
      )}
    </>
  );
}
