/** Says that what is shown is from earlier, and why it could not be read again. */
import { CloudOff } from 'lucide-react';
import { problemOf } from '../api/problem.ts';
import { Time } from './time.tsx';

interface StaleNoteProps {
  readonly query: { readonly error: unknown; readonly data: unknown; readonly dataUpdatedAt: number };
}

export function StaleNote({ query }: StaleNoteProps) {
  if (query.error === null || query.data === undefined) return null;
  const { what, why } = problemOf(query.error);
  return (
    <p className="stale" role="status">
      <CloudOff size={16} aria-hidden="true" />
      <span>
        This is from <Time at={new Date(query.dataUpdatedAt).toISOString()} />: {what} ({why}).
      </span>
    </p>
  );
}
