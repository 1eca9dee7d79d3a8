/** The steps of an Operation, each with when it began and how long it took. */
import { CircleCheck, CircleX, LoaderCircle } from 'lucide-react';
import type { Step } from '../api/client.ts';
import { useNow } from '../parts/now.ts';
import { sayClock, sayDuration, sayExactly, secondsBetween } from '../words/instants.ts';

const marks = {
  done: { icon: CircleCheck, tone: 'tone-safe' },
  failed: { icon: CircleX, tone: 'tone-unprotected' },
  running: { icon: LoaderCircle, tone: 'tone-accent phase-Running' },
} as const;

export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  const now = useNow();
  if (steps.length === 0) return null;
  return (
    <ol className="steps">
      {steps.map(({ name, state, startedAt, finishedAt, message }) => {
        const { icon: Icon, tone } = marks[state];
        const until = finishedAt === undefined ? now : new Date(finishedAt).getTime();
        return (
          <li key={`${name} ${startedAt}`}>
            <Icon className={tone} size={16} aria-label={state} role="img" />
            <span>
              <b>{name}</b> <span className="tone-soft">{message}</span>
            </span>
            <span className="step-times tone-soft">
              <time dateTime={startedAt} title={sayExactly(startedAt)}>
                {sayClock(startedAt)}
              </time>{' '}
              · {sayDuration(secondsBetween(startedAt, until))}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
