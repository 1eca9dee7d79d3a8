/** An Operation in one line. */
import { Ban, CircleCheck, CircleDashed, CircleSlash, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import { Link } from 'wouter';
import type { OperationInList } from '../api/client.ts';
import { sayDuration } from '../words/instants.ts';
import { Time } from './time.tsx';

type Phase = OperationInList['phase'];

const marks: Readonly<Record<Phase, { readonly icon: LucideIcon; readonly tone: string }>> = {
  Pending: { icon: CircleDashed, tone: 'soft' },
  Running: { icon: LoaderCircle, tone: 'accent' },
  Succeeded: { icon: CircleCheck, tone: 'safe' },
  Failed: { icon: CircleX, tone: 'unprotected' },
  Skipped: { icon: CircleSlash, tone: 'soft' },
  Cancelled: { icon: Ban, tone: 'soft' },
};

export function PhaseMark({ phase, size = 17 }: { readonly phase: Phase; readonly size?: number }) {
  const { icon: Icon, tone } = marks[phase];
  return <Icon className={`tone-${tone} phase-${phase}`} size={size} aria-label={phase} role="img" />;
}

/** `NamespaceBackup` → `Namespace backup`. */
export function sayKind(kind: string): string {
  const words = kind.replaceAll(/(?!^)([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function OperationLine({
  operation,
  withClaim = false,
}: {
  readonly operation: OperationInList;
  readonly withClaim?: boolean;
}) {
  const { name, namespace, kind, phase, request, message, error, progress, created_at, started_at, ended_at } =
    operation;
  const isOpen = phase === 'Pending' || phase === 'Running';
  const took =
    started_at !== null && ended_at !== null
      ? (new Date(ended_at).getTime() - new Date(started_at).getTime()) / 1000
      : undefined;
  return (
    <div className="row operation-line">
      <PhaseMark phase={phase} />
      <div className="row-name">
        <Link href={`/operations/${namespace}/${name}`}>
          <b>{sayKind(kind)}</b>
          {withClaim ? (
            <>
              {' '}
              {namespace}
              {request.pvc === undefined ? '' : `/${request.targetPvc ?? request.pvc}`}
            </>
          ) : null}
        </Link>{' '}
        <span className="tone-soft">
          <Time at={ended_at ?? started_at ?? created_at} />
          {took === undefined ? '' : `, took ${sayDuration(took)}`}
        </span>
      </div>
      <div className="row-words">
        {error === null ? (
          <p className="tone-soft">{message}</p>
        ) : (
          <p className="tone-unprotected">
            {error.what}: {error.why}
          </p>
        )}
        {isOpen ? <progress max={100} value={progress} aria-label={`${progress} percent`} /> : null}
      </div>
    </div>
  );
}
