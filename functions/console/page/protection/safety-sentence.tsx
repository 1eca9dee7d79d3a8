import { CircleCheck, CircleHelp, ClockAlert, PauseCircle, ShieldOff } from 'lucide-react';
import { Link } from 'wouter';
import type { ClaimRow, Inventory } from '../api/client.ts';
import { Time } from '../parts/time.tsx';
import { sayNumber } from '../words/amounts.ts';
import { summarise } from './summarise.ts';

const icons = { safe: CircleCheck, late: ClockAlert, unprotected: ShieldOff, unknown: CircleHelp } as const;

interface SafetySentenceProps {
  readonly inventory: Inventory;
  readonly rows: readonly ClaimRow[];
}

export function SafetySentence({ inventory, rows }: SafetySentenceProps) {
  const { tone, sentence, detail, worst } = summarise(inventory, rows);
  const Icon = icons[tone];
  const { coverage, evaluated_at } = inventory;
  // `coverage.unproved` counts only claims whose policy asks for proofs.
  const proved = rows.filter(({ verified_at: at }) => at !== null).length;
  return (
    <section className={`sentence tone-edge-${tone}`} aria-label="Is everything safe?">
      <Icon className={`tone-${tone}`} size={40} strokeWidth={1.75} aria-hidden="true" />
      <div className="sentence-words">
        <h1>{sentence}</h1>
        {detail === undefined ? null : (
          <p>
            {detail}{' '}
            {worst === undefined ? null : <Link href={`/claims/${worst.namespace}/${worst.pvc}`}>Look at it</Link>}
          </p>
        )}
        {inventory.paused === true ? (
          <p className="paused">
            <PauseCircle size={16} aria-hidden="true" /> Soteria is paused: it makes and deletes nothing.
          </p>
        ) : null}
      </div>
      <dl className="figures">
        <div>
          <dt>Coverage</dt>
          <dd>{coverage.percent === null ? '–' : `${coverage.percent} %`}</dd>
          <dd className="figure-note">
            {coverage.percent === null
              ? 'not evaluated'
              : `${sayNumber(coverage.accounted)} of ${sayNumber(coverage.claims)}`}
          </dd>
        </div>
        <div>
          <dt>Objectives missed</dt>
          <dd className={coverage.missed > 0 ? 'tone-late' : undefined}>
            {coverage.percent === null ? '–' : sayNumber(coverage.missed)}
          </dd>
          <dd className="figure-note">{`${sayNumber(proved)} of ${sayNumber(rows.length)} proved`}</dd>
        </div>
        <div>
          <dt>Evaluated</dt>
          <dd className="figure-words">{evaluated_at === null ? 'never' : <Time at={evaluated_at} />}</dd>
          <dd className="figure-note">by the policies</dd>
        </div>
      </dl>
    </section>
  );
}
