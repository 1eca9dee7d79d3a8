/** What fails now, in the words of what failed, since when, and what mends it. */
import { Link } from 'wouter';
import type { ClaimRow } from '../api/client.ts';
import { Time } from '../parts/time.tsx';

export function WhatFails({ row }: { readonly row: ClaimRow }) {
  const { last_failure: failure, failures_since_success: count, health, running } = row;
  return (
    <>
      {running === null ? null : (
        <section className="note edge-unknown" aria-label="What runs now">
          <div className="grow">
            <p className="note-what">
              <Link href={`/operations/${running.namespace}/${running.operation}`}>{running.kind}</Link>{' '}
              {running.message}
            </p>
            <progress max={100} value={running.progress} aria-label={`${running.progress} percent`} />
          </div>
        </section>
      )}
      {failure === null ? null : (
        <section className="note edge-unprotected" aria-label="What fails">
          <div>
            <p className="note-what">
              {count === 8
                ? '8 or more backups have'
                : count === 1
                  ? 'The last backup has'
                  : `The last ${count} backups have`}{' '}
              failed, the newest <Time at={failure.at} />
            </p>
            <p>{failure.why}</p>
            <p className="note-fix">
              <b>Fix</b> {failure.fix}
            </p>
            <p>
              <Link href={`/operations/${row.namespace}/${failure.operation}`}>{failure.operation}</Link>
            </p>
          </div>
        </section>
      )}
      {failure === null && health !== 'safe' && row.fix !== null ? (
        <section className={`note edge-${health}`} aria-label="What to do">
          <div>
            <p className="note-what">{row.why}</p>
            <p className="note-fix">
              <b>Fix</b> {row.fix}
            </p>
          </div>
        </section>
      ) : null}
    </>
  );
}
