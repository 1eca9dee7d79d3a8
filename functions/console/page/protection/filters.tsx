/** Counts that are filters, the search, and the grouping. */
import { FolderTree, Search } from 'lucide-react';
import type { ClaimRow } from '../api/client.ts';
import { HealthMark, healthWord } from '../parts/health-mark.tsx';
import { sayNumber } from '../words/amounts.ts';
import { countHealths, type Health, healths } from './order-rows.ts';

interface FiltersProps {
  readonly rows: readonly ClaimRow[];
  readonly health: Health | undefined;
  readonly text: string;
  readonly isGrouped: boolean;
  readonly onHealth: (health: Health | undefined) => void;
  readonly onText: (text: string) => void;
  readonly onGroup: (isGrouped: boolean) => void;
}

export function Filters({ rows, health, text, isGrouped, onHealth, onText, onGroup }: FiltersProps) {
  const counts = countHealths(rows);
  return (
    <section className="filters" aria-label="Which claims">
      <Shares rows={rows} />
      <div className="filter-line">
        <div className="counts" role="group" aria-label="By state, and in which order">
          <button
            type="button"
            className="count"
            aria-pressed={health === undefined}
            onClick={() => onHealth(undefined)}
          >
            <b>{sayNumber(rows.length)}</b> All
          </button>
          {healths.map((one) => (
            <button
              key={one}
              type="button"
              className="count"
              aria-pressed={health === one}
              onClick={() => onHealth(health === one ? undefined : one)}
            >
              <HealthMark health={one} size={15} />
              <b>{sayNumber(counts[one])}</b> <span aria-hidden="true">{healthWord(one)}</span>
            </button>
          ))}
          <button type="button" className="count" aria-pressed={isGrouped} onClick={() => onGroup(!isGrouped)}>
            <FolderTree size={15} aria-hidden="true" /> By namespace
          </button>
        </div>
        <label className="search">
          <Search size={16} aria-hidden="true" />
          <span className="only-read">Search claims</span>
          <input
            type="search"
            value={text}
            placeholder="Claim, namespace, policy …"
            autoComplete="off"
            spellCheck="false"
            onChange={(event) => onText(event.target.value)}
          />
        </label>
      </div>
    </section>
  );
}

/** The states as one bar: how much of the whole each is. */
function Shares({ rows }: { readonly rows: readonly ClaimRow[] }) {
  const counts = countHealths(rows);
  let before = 0;
  return (
    <svg className="shares" aria-hidden="true" width="100%" height="6">
      {healths.map((one) => {
        const x = before;
        const width = (counts[one] / Math.max(1, rows.length)) * 100;
        before += width;
        return <rect key={one} className={`fill-${one}`} x={`${x}%`} width={`${width}%`} height="6" />;
      })}
    </svg>
  );
}
