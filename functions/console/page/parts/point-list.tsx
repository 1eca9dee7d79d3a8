/** Restore points, each with what is known of it and the way to restore it. */
import { ArchiveRestore, BadgeCheck, CircleDot, CircleX, Lock } from 'lucide-react';
import { Link } from 'wouter';
import type { RestorePoint } from '../api/client.ts';
import { sayBytes } from '../words/amounts.ts';
import { sayInstant } from '../words/instants.ts';
import { sayOrigin, sayProof, toneOf } from './point-words.ts';
import { Time } from './time.tsx';

interface PointListProps {
  readonly points: readonly RestorePoint[];
  /** Where the points are of many claims. */
  readonly withClaim?: boolean;
}

export function PointList({ points, withClaim = false }: PointListProps) {
  return (
    <ul className="rows">
      {points.map((point) => (
        <li key={point.id}>
          <PointLine point={point} withClaim={withClaim} />
        </li>
      ))}
    </ul>
  );
}

export function PointLine({ point, withClaim }: { readonly point: RestorePoint; readonly withClaim: boolean }) {
  const tone = toneOf(point);
  const Icon = tone === 'unprotected' ? CircleX : point.verified_at === null ? CircleDot : BadgeCheck;
  const { namespace, pvc } = point;
  return (
    <div className="row point-line">
      <Icon className={`tone-${tone}`} size={17} aria-hidden="true" />
      <div className="row-name">
        {withClaim ? (
          <Link href={`/claims/${namespace ?? ''}/${pvc ?? ''}`}>
            {namespace}/<wbr />
            {pvc}
          </Link>
        ) : null}{' '}
        <b>{point.data_as_of === null ? 'unknown instant' : sayInstant(point.data_as_of)}</b>{' '}
        {point.data_as_of === null ? null : (
          <span className="tone-soft">
            <Time at={point.data_as_of} />
          </span>
        )}
      </div>
      <p className="row-words tone-soft">
        {point.held ? <Lock size={13} aria-label="held" /> : null} {sayProof(point)} · {sayOrigin(point)}
        {point.size_bytes === null ? '' : ` · ${sayBytes(point.size_bytes)}`}
      </p>
      {point.restorable && namespace !== null && pvc !== null ? (
        <Link
          href={`/restore?namespace=${namespace}&pvc=${pvc}&point=${encodeURIComponent(point.snapshot ?? point.id)}`}
          className="button small"
          aria-label={`Restore the point of ${point.data_as_of === null ? 'an unknown instant' : sayInstant(point.data_as_of)}`}
        >
          <ArchiveRestore size={15} aria-hidden="true" /> Restore
        </Link>
      ) : null}
    </div>
  );
}
