/** The button, what it sends, and how it goes on. */
import { useMutation } from '@tanstack/react-query';
import { ArchiveRestore } from 'lucide-react';
import { useRef } from 'react';
import { api, type RestoreRequest } from '../api/client.ts';
import { newKey } from '../api/new-key.ts';
import { dataOf } from '../api/problem.ts';
import { CopyBlock } from '../parts/copy-block.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { OperationProgress } from '../operations/operation-progress.tsx';
import { SentAs } from '../parts/sent-as.tsx';

interface RunRestoreProps {
  readonly request: RestoreRequest;
  readonly mayRun: boolean;
}

export function RunRestore({ request, mayRun }: RunRestoreProps) {
  // The same request again is the same Operation, however often the button is pressed or the network repeats it.
  const key = useRef<{ readonly body: string; readonly key: string }>(undefined);
  const run = useMutation({
    mutationFn: async (body: RestoreRequest) => {
      const text = JSON.stringify(body);
      if (key.current?.body !== text) key.current = { body: text, key: newKey() };
      const params = { header: { 'Idempotency-Key': key.current.key } };
      return dataOf(await api.POST('/v1/restores', { params, body }));
    },
  });
  const made = run.data;
  const target = `${request.target_namespace ?? request.namespace}/${request.target_pvc}`;
  return (
    <section className="step">
      <h2>
        <span className="step-number">4</span> Run
      </h2>
      {made?.operation === undefined || made.operation === null ? (
        <div className="actions">
          <button
            type="button"
            className="button first"
            disabled={!mayRun || run.isPending}
            onClick={() => run.mutate(request)}
          >
            <ArchiveRestore size={17} aria-hidden="true" /> Restore into {target}
          </button>
        </div>
      ) : (
        <>
          <OperationProgress namespace={made.target_namespace} name={made.operation} />
          <WhatNext claim={made.target_pvc} namespace={made.target_namespace} />
        </>
      )}
      {run.error === null ? null : <ErrorNote error={run.error} />}
      {made?.error === undefined || made.error === null ? null : <ProblemNote problem={made.error} />}
      <SentAs
        path="/v1/restores"
        body={request}
        kind="Restore"
        namespace={request.target_namespace ?? request.namespace}
        generateName={`soteria-restore-${request.target_pvc}-`}
        request={{
          ...(request.target_namespace === request.namespace ? {} : { namespace: request.namespace }),
          pvc: request.pvc,
          targetPvc: request.target_pvc,
          ...(request.snapshot === undefined ? {} : { snapshot: request.snapshot }),
        }}
      />
    </section>
  );
}

function WhatNext({ claim, namespace }: { readonly claim: string; readonly namespace: string }) {
  const patch = `kubectl -n ${namespace} patch deployment NAME --type=json -p \\
  '[{"op":"replace","path":"/spec/template/spec/volumes/0/persistentVolumeClaim/claimName","value":"${claim}"}]'`;
  return (
    <div className="next">
      <h3>What next</h3>
      <p className="tone-soft">
        When the restore has succeeded, look at the data, then point the workload at the new claim. The old claim stays
        until you delete it.
      </p>
      <CopyBlock text={patch} label="the patch" />
    </div>
  );
}
