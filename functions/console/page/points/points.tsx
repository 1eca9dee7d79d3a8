/** Every restore point, also of claims and namespaces that are gone: found by their old names. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useDeferredValue } from 'react';
import { WindowVirtualizer } from 'virtua';
import { useSearchParams } from 'wouter';
import { api } from '../api/client.ts';
import { dataOf } from '../api/problem.ts';
import { Loading } from '../parts/loading.tsx';
import { PointLine } from '../parts/point-list.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { useTitle } from '../parts/title.ts';
import { sayCount } from '../words/amounts.ts';

export function Points() {
  useTitle('Restore points');
  const [search, setSearch] = useSearchParams();
  const namespace = search.get('namespace') ?? undefined;
  const pvc = search.get('pvc') ?? undefined;
  const text = useDeferredValue(search.get('q') ?? '');
  const query = useInfiniteQuery({
    queryKey: ['points', 'all', namespace, pvc],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }) => {
      const only = namespace === undefined ? {} : pvc === undefined ? { namespace } : { namespace, pvc };
      const page = pageParam === '' ? {} : { next: pageParam };
      return dataOf(await api.GET('/v1/backups', { params: { query: { ...only, ...page, limit: 500 } }, signal }));
    },
    getNextPageParam: ({ next }) => next,
    refetchInterval: false,
  });
  const all = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const shown = all.filter((one) =>
    `${one.namespace}/${one.pvc} ${one.policy} ${one.volume} ${one.id}`.toLowerCase().includes(text.toLowerCase()),
  );
  return (
    <>
      <header className="screen-head">
        <h1>Restore points</h1>
        <p className="lead">
          {namespace === undefined
            ? 'All that can be restored, also of claims and namespaces that are deleted.'
            : `Of ${namespace}${pvc === undefined ? '' : `/${pvc}`}.`}
        </p>
      </header>
      <label className="search alone">
        <Search size={16} aria-hidden="true" />
        <span className="only-read">Search restore points</span>
        <input
          type="search"
          value={search.get('q') ?? ''}
          placeholder="Old or present name of a claim, namespace, volume …"
          autoComplete="off"
          spellCheck="false"
          onChange={(event) => {
            const next = new URLSearchParams(search);
            if (event.target.value === '') next.delete('q');
            else next.set('q', event.target.value);
            setSearch(next, { replace: true });
          }}
        />
      </label>
      {query.data?.pages.at(-1)?.problems?.map((problem) => (
        <ProblemNote key={problem.code} problem={problem} tone="late" />
      ))}
      {query.error === null ? null : <ErrorNote error={query.error} />}
      {query.data === undefined ? (
        query.error === null ? (
          <Loading what="restore points" />
        ) : null
      ) : shown.length === 0 ? (
        <p className="empty">
          {all.length === 0 ? 'There is no restore point yet.' : 'No restore point fits this search.'}
        </p>
      ) : (
        <section aria-label={sayCount(shown.length, 'restore point')} className="rows">
          <WindowVirtualizer data={shown} as="ul" item="li" itemSize={47}>
            {(point) => <PointLine key={point.id} point={point} withClaim />}
          </WindowVirtualizer>
        </section>
      )}
      {query.hasNextPage ? (
        <div className="actions">
          <button
            type="button"
            className="button"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Read more ({sayCount(all.length, 'point')} so far)
          </button>
        </div>
      ) : null}
    </>
  );
}
