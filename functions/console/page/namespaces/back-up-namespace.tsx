import { useMutation } from '@tanstack/react-query';
import { Save } from 'lucide-react';
import { api } from '../api/client.ts';
import { dataOf } from '../api/problem.ts';
import { OperationProgress } from '../operations/operation-progress.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { SentAs } from '../parts/sent-as.tsx';

export function BackUpNamespace({ namespace }: { readonly namespace: string }) {
  const run = useMutation({
    mutationFn: async () => dataOf(await api.POST('/v1/backup/namespace', { body: { namespace } })),
  });
  const made = run.data;
  return (
    <section className="step">
      <h2>Back up every claim</h2>
      {made?.operation === undefined || made.operation === null ? (
        <div className="actions">
          <button type="button" className="button" disabled={run.isPending} onClick={() => run.mutate()}>
            <Save size={16} aria-hidden="true" /> Back up {namespace} now
          </button>
        </div>
      ) : (
        <OperationProgress namespace={made.namespace} name={made.operation} />
      )}
      {run.error === null ? null : <ErrorNote error={run.error} />}
      {made?.error === undefined || made.error === null ? null : <ProblemNote problem={made.error} />}
      <SentAs
        path="/v1/backup/namespace"
        body={{ namespace }}
        kind="NamespaceBackup"
        namespace={namespace}
        generateName={`soteria-backup-namespace-${namespace}-`}
        request={{}}
      />
    </section>
  );
}
