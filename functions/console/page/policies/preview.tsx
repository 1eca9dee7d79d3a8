/** What a policy would do: its next runs, the claims it takes, and what its retention keeps and deletes, as a picture. */
import { Link } from 'wouter';
import type { PolicyPreview } from '../api/client.ts';
import { Time } from '../parts/time.tsx';
import { sayCount } from '../words/amounts.ts';
import { sayInstant } from '../words/instants.ts';
import { RetentionPicture } from './retention-picture.tsx';

export function Preview({ preview }: { readonly preview: PolicyPreview }) {
  const { runs, time_zone, matches, retention, feasibility, warnings } = preview;
  return (
    <div className="preview">
      {warnings.map((warning) => (
        <p key={warning} className="note edge-late">
          {warning}
        </p>
      ))}
      <section>
        <h2>Next runs</h2>
        {runs.length === 0 ? (
          <p className="tone-soft">It has no schedule.</p>
        ) : (
          <ol className="runs-list">
            {runs.map(({ at, clock }) => (
              <li key={at}>
                <b>{sayInstant(at)}</b>{' '}
                <span className="tone-soft">
                  <Time at={at} />
                  {clock === null
                    ? ''
                    : clock === 'moved'
                      ? ', moved by the change of the clock'
                      : ', in the hour that comes twice'}
                </span>
              </li>
            ))}
          </ol>
        )}
        <p className="tone-faint">The schedule is read in {time_zone}.</p>
      </section>
      {feasibility === null ? null : (
        <p
          className={`note edge-${feasibility.verdict === 'fits' ? 'safe' : feasibility.verdict === 'unknown' ? 'unknown' : 'late'}`}
        >
          {feasibility.text}
        </p>
      )}
      {matches === null ? null : (
        <section>
          <h2>
            {sayCount(matches.matched, 'claim')} {matches.matched === 1 ? 'matches' : 'match'}, {matches.not_matched}{' '}
            not
          </h2>
          <ul className="match-list">
            {matches.items.slice(0, 60).map(({ namespace, pvc, matched, why, obstacle }) => (
              <li key={`${namespace}/${pvc}`} className={matched ? undefined : 'is-out'}>
                <Link href={`/claims/${namespace}/${pvc}`}>
                  {namespace}/{pvc}
                </Link>{' '}
                <span className={obstacle === null ? 'tone-soft' : 'tone-late'}>
                  {obstacle === null ? (matched ? '' : why) : obstacle.why}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {retention === null ? null : (
        <section>
          <h2>
            Retention: keeps {retention.keep}, deletes {retention.delete}
            {retention.held_back > 0 ? `, ${retention.held_back} held back` : ''}
          </h2>
          {retention.held_back_because.map(({ code, why, fix }) => (
            <p key={code} className="tone-late">
              {why}. {fix}
            </p>
          ))}
          <RetentionPicture items={retention.items} />
        </section>
      )}
    </div>
  );
}
