/** Every point of every claim on one axis of time: what is kept stands, what would be deleted is crossed out. */
import type { PolicyPreview } from '../api/client.ts';
import { useNow } from '../parts/now.ts';
import { sayDay, sayInstant } from '../words/instants.ts';

type Item = NonNullable<PolicyPreview['retention']>['items'][number];

const words = { keep: 'kept', delete: 'deleted', held_back: 'held back' } as const;
const shownClaims = 40;

export function RetentionPicture({ items }: { readonly items: readonly Item[] }) {
  const now = useNow();
  if (items.length === 0) return <p className="tone-soft">There is no point yet that it would judge.</p>;
  const first = Math.min(now - 3_600_000, ...items.map(({ data_as_of }) => new Date(data_as_of).getTime()));
  const place = (at: string): string => `${1 + ((new Date(at).getTime() - first) / (now - first)) * 98}%`;
  const claims = [...Map.groupBy(items, ({ namespace, pvc }) => `${namespace}/${pvc}`)];
  return (
    <figure className="retention">
      <ul>
        {claims.slice(0, shownClaims).map(([claim, points]) => {
          const deleted = points.filter(({ decision }) => decision === 'delete').length;
          return (
            <li key={claim}>
              <span className="retention-name">{claim}</span>
              <svg
                width="100%"
                height="22"
                role="img"
                aria-label={`${points.length - deleted} kept, ${deleted} deleted`}
              >
                {points.map(({ id, data_as_of, decision, reasons }) => (
                  <g key={id} className={`point-${decision}`}>
                    <circle cx={place(data_as_of)} cy="11" r="5" />
                    <title>{`${sayInstant(data_as_of)}: ${words[decision]}${reasons[0] === undefined ? '' : `, ${reasons[0].why}`}`}</title>
                  </g>
                ))}
              </svg>
            </li>
          );
        })}
      </ul>
      <figcaption className="axis-words">
        <span>{sayDay(first)}</span>
        <span>
          <span className="key key-keep" /> kept <span className="key key-delete" /> deleted{' '}
          <span className="key key-held" /> held back
        </span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}
