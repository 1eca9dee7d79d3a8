import { Link } from 'wouter';
import type { ClaimRow } from '../api/client.ts';
import { HealthMark, healthWord } from '../parts/health-mark.tsx';

interface ClaimHeadProps {
  readonly namespace: string;
  readonly pvc: string;
  /** Null: there is no such claim now, or the viewer may not see it. */
  readonly row: ClaimRow | null;
}

export function ClaimHead({ namespace, pvc, row }: ClaimHeadProps) {
  return (
    <header className="screen-head">
      <p className="crumbs">
        <Link href="/">Protection</Link> <span aria-hidden="true">/</span>{' '}
        <Link href={`/namespaces/${namespace}`}>{namespace}</Link>
      </p>
      <h1>
        {row === null ? null : <HealthMark health={row.health} size={26} />}
        {pvc}
        {row === null ? null : <span className={`state tone-${row.health}`}>{healthWord(row.health)}</span>}
      </h1>
      {row === null ? (
        <p className="lead">
          There is no claim of this name now, or it lies in a namespace that you may not see. Its restore points stay,
          and are listed below.
        </p>
      ) : (
        <p className="lead">
          <span>{row.why}</span>
        </p>
      )}
    </header>
  );
}
