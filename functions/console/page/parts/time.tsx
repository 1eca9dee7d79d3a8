/** An instant: how long ago, and exactly on hover. */
import { sayAgo, sayExactly, sayInstant } from '../words/instants.ts';
import { useNow } from './now.ts';

interface TimeProps {
  readonly at: string;
  /** `ago` ages while one looks at it. */
  readonly as?: 'ago' | 'date';
}

export function Time({ at, as = 'ago' }: TimeProps) {
  const now = useNow();
  return (
    <time dateTime={at} title={sayExactly(at)}>
      {as === 'ago' ? sayAgo(at, now) : sayInstant(at)}
    </time>
  );
}
