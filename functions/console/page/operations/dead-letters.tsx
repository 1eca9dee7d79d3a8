/** Events that no function accepted, and the way to send them again. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { MailX } from 'lucide-react';
import { api } from '../api/client.ts';
import { dataOf } from '../api/problem.ts';
import { deadLettersQuery } from '../api/queries.ts';
import { ErrorNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';

export function DeadLetters() {
  const queries = useQueryClient();
  const letters = useQuery(deadLettersQuery());
  const replay = useMutation({
    mutationFn: async (id: string) =>
      dataOf(await api.POST('/v1/dead-letters/{id}/replay', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries(),
  });
  const items = letters.data?.items ?? [];
  return (
    <section className="block">
      <h2>Dead letters</h2>
      {letters.error === null ? null : <ErrorNote error={letters.error} />}
      {replay.error === null ? null : <ErrorNote error={replay.error} />}
      {letters.data === undefined ? null : items.length === 0 ? (
        <p className="tone-soft">There is none: every event was accepted.</p>
      ) : (
        <ul className="rows">
          {items.map(({ id, at, reason, event, replayable, count }) => (
            <li key={id}>
              <div className="row">
                <MailX className="tone-late" size={17} aria-hidden="true" />
                <div className="row-name">
                  <b>{event.type}</b> <span className="tone-soft">{event.subject}</span>
                </div>
                <p className="row-words tone-soft">
                  {reason} · <Time at={at} />
                  {count > 1 ? ` · ${count} times` : ''}
                </p>
                {replayable ? (
                  <button
                    type="button"
                    className="button small"
                    disabled={replay.isPending}
                    onClick={() => replay.mutate(id)}
                  >
                    Replay
                  </button>
                ) : null}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
