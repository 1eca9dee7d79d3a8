/** The last runs, oldest first: a cell each. A claim that was never backed up has empty cells. */
import type { ClaimRow } from '../api/client.ts';
import { sayInstant } from '../words/instants.ts';

const cells = 8;

export function RunsStrip({ runs }: { readonly runs: ClaimRow['last_runs'] }) {
  const failed = runs.filter(({ outcome }) => outcome === 'failed').length;
  const text =
    runs.length === 0 ? 'no run yet' : `last ${runs.length} runs: ${runs.length - failed} good, ${failed} failed`;
  const padded = [...Array<undefined>(Math.max(0, cells - runs.length)), ...runs.slice(-cells)];
  return (
    <svg className="runs" role="img" aria-label={text} width={cells * 7 - 2} height="16">
      {padded.map((run, index) => (
        <rect
          // A cell is its place.
          key={index}
          className={`run-${run?.outcome ?? 'none'}`}
          x={index * 7}
          y={run?.outcome === 'failed' ? 1 : 4}
          width="5"
          height={run?.outcome === 'failed' ? 14 : 8}
          rx="1.5"
        >
          {run === undefined ? null : <title>{`${run.outcome} · ${sayInstant(run.at)}`}</title>}
        </rect>
      ))}
    </svg>
  );
}
