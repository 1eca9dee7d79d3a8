/** Restore, back up now, prove now. What is asked for appears in the timeline and on its own page. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArchiveRestore, FlaskConical, Save } from 'lucide-react';
import { Link } from 'wouter';
import { api, type ClaimRow } from '../api/client.ts';
import { dataOf } from '../api/problem.ts';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';

interface ClaimActionsProps {
  readonly namespace: string;
  readonly pvc: string;
  readonly row: ClaimRow | null;
  readonly hasPoint: boolean;
}

export function ClaimActions({ namespace, pvc, row, hasPoint }: ClaimActionsProps) {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries();
  const backup = useMutation({
    mutationFn: async () => dataOf(await api.POST('/v1/backup', { body: { namespace, pvc } })),
    onSuccess: again,
  });
  const test = useMutation({
    mutationFn: async () => dataOf(await api.POST('/v1/restore-test', { body: { namespace, pvc } })),
    onSuccess: again,
  });
  const made = [backup, test].flatMap(({ data }) => (data === undefined ? [] : [data]));
  return (
    <>
      <div className="actions">
        {hasPoint ? (
          <Link href={`/restore?namespace=${namespace}&pvc=${pvc}`} className="button first">
            <ArchiveRestore size={17} aria-hidden="true" /> Restore
          </Link>
        ) : null}
        {row === null ? null : (
          <button type="button" className="button" disabled={backup.isPending} onClick={() => backup.mutate()}>
            <Save size={16} aria-hidden="true" /> Back up now
          </button>
        )}
        {hasPoint ? (
          <button type="button" className="button" disabled={test.isPending} onClick={() => test.mutate()}>
            <FlaskConical size={16} aria-hidden="true" /> Prove now
          </button>
        ) : null}
      </div>
      {made.map(({ operation, error, namespace: place }) =>
        error !== null ? (
          <ProblemNote key={operation ?? 'refused'} problem={error} />
        ) : operation === null ? null : (
          <p key={operation} className="made" role="status">
            Recorded as <Link href={`/operations/${place}/${operation}`}>{operation}</Link>
          </p>
        ),
      )}
      {[backup.error, test.error].map((error, index) =>
        error === null ? null : <ErrorNote key={index === 0 ? 'backup' : 'test'} error={error} />,
      )}
    </>
  );
}
