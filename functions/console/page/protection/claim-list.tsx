/** The claims: only the lines in sight are in the document, so ten thousand scroll as ten do. */
import { ArchiveRestore } from 'lucide-react';
import { memo } from 'react';
import { WindowVirtualizer } from 'virtua';
import { Link } from 'wouter';
import type { ClaimRow } from '../api/client.ts';
import { AgeBar } from '../parts/age-bar.tsx';
import { HealthMark } from '../parts/health-mark.tsx';
import { RunsStrip } from '../parts/runs-strip.tsx';
import { Time } from '../parts/time.tsx';
import { useNow } from '../parts/now.ts';
import { sayCount } from '../words/amounts.ts';
import { sayDuration, secondsBetween } from '../words/instants.ts';
import type { Line } from './order-rows.ts';

export function ClaimList({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <section
      className="claims"
      aria-label={`${sayCount(lines.filter(({ is }) => is === 'claim').length, 'claim')}, the worst first`}
    >
      <div className="claim-head" aria-hidden="true">
        <span>Claim</span>
        <span>Last runs</span>
        <span>Last success · objective</span>
        <span>Verified</span>
        <span>Failures</span>
        <span>Why and what to do</span>
      </div>
      <WindowVirtualizer data={lines} as="ul" item="li" itemSize={68} bufferSize={400}>
        {(line) =>
          line.is === 'namespace' ? (
            <NamespaceLine key={`namespace ${line.name}`} {...line} />
          ) : (
            <ClaimLine key={`${line.row.namespace}/${line.row.pvc}`} row={line.row} />
          )
        }
      </WindowVirtualizer>
    </section>
  );
}

function NamespaceLine({ name, claims, notSafe }: Extract<Line, { is: 'namespace' }>) {
  return (
    <h2 className="namespace-line">
      <Link href={`/namespaces/${name}`}>{name}</Link>
      <span>
        {sayCount(claims, 'claim')}
        {notSafe > 0 ? `, ${notSafe} not safe` : ''}
      </span>
    </h2>
  );
}

const ClaimLine = memo(function ClaimLine({ row }: { readonly row: ClaimRow }) {
  const name = `${row.namespace}/${row.pvc}`;
  return (
    <article className={`claim-line edge-${row.health}`} aria-label={name}>
      <div className="claim-name">
        <HealthMark health={row.health} />
        <div>
          <Link href={`/claims/${row.namespace}/${row.pvc}`} className="claim-link">
            <span className="claim-namespace">{row.namespace}/</span>
            <wbr />
            {row.pvc}
          </Link>
          <span className="claim-policy">{row.policy ?? row.protected_by ?? 'no policy'}</span>
        </div>
      </div>
      <RunsStrip runs={row.last_runs} />
      <Age row={row} />
      <p className="claim-verified">
        <span className="cell-name">Verified </span>
        {row.verified_at === null ? <span className="tone-faint">not yet</span> : <Time at={row.verified_at} />}
      </p>
      <p className="claim-failures">
        <span className="cell-name">Failures since </span>
        {row.failures_since_success === 0 ? (
          <span className="tone-faint">none</span>
        ) : (
          <b className="tone-unprotected">
            {row.failures_since_success === 8 ? '8 or more' : row.failures_since_success}
          </b>
        )}
      </p>
      <Reason row={row} />
      {row.backup_count === 0 ? null : (
        <Link
          href={`/restore?namespace=${row.namespace}&pvc=${row.pvc}`}
          className="button small"
          aria-label={`Restore ${name}`}
        >
          <ArchiveRestore size={15} aria-hidden="true" />
          <span>Restore</span>
        </Link>
      )}
    </article>
  );
});

function Age({ row }: { readonly row: ClaimRow }) {
  const now = useNow();
  const age = row.last_backup_at === null ? null : Math.max(0, secondsBetween(row.last_backup_at, now));
  return (
    <div className="claim-age">
      <p>
        {row.last_backup_at === null ? <Never health={row.health} /> : <Time at={row.last_backup_at} />}
        {row.rpo_seconds === null ? null : (
          <span className="tone-soft">
            {' '}
            <span aria-hidden="true">·</span> <span className="only-read">objective</span>{' '}
            {sayDuration(row.rpo_seconds)}
          </span>
        )}
      </p>
      <AgeBar ageSeconds={age} objectiveSeconds={row.rpo_seconds} />
    </div>
  );
}

/** A claim that is left out on purpose has no backup either. */
function Never({ health }: { readonly health: ClaimRow['health'] }) {
  return health === 'safe' ? (
    <span className="tone-faint">left out</span>
  ) : (
    <b className="tone-unprotected">never backed up</b>
  );
}

function Reason({ row: { namespace, running, health, why, fix, last_failure } }: { readonly row: ClaimRow }) {
  if (running !== null) {
    return (
      <div className="claim-reason">
        <p>
          <Link href={`/operations/${running.namespace}/${running.operation}`}>{running.kind}</Link> {running.message}
        </p>
        <progress max={100} value={running.progress} aria-label={`${running.kind}: ${running.progress} percent`} />
      </div>
    );
  }
  if (last_failure !== null) {
    return (
      <div className="claim-reason">
        <p>
          <Link href={`/operations/${namespace}/${last_failure.operation}`}>{last_failure.code}</Link>:{' '}
          {last_failure.why}
        </p>
        <p className="claim-fix">{last_failure.fix}</p>
      </div>
    );
  }
  return (
    <div className="claim-reason">
      <p className={health === 'safe' ? 'tone-soft' : undefined}>{why}</p>
      {health === 'safe' || fix === null ? null : <p className="claim-fix">{fix}</p>}
    </div>
  );
}
