/** How an Operation goes on: its phase, its steps, its result or why it failed. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { operationQuery } from '../api/queries.ts';
import { PhaseMark, sayKind } from '../parts/operation-line.tsx';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { Steps } from './steps.tsx';

export function OperationProgress({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const query = useQuery(operationQuery(namespace, name));
  const operation = query.data;
  if (operation === undefined) {
    return query.error === null ? (
      <p className="made" role="status">
        Recorded as {name}
      </p>
    ) : (
      <ErrorNote error={query.error} />
    );
  }
  return (
    <div className="progress-of">
      <p className="progress-head" role="status">
        <PhaseMark phase={operation.phase} /> <b>{operation.phase}</b>{' '}
        <span className="tone-soft">{operation.message}</span>
      </p>
      <progress
        max={100}
        value={operation.progress}
        aria-label={`${sayKind(operation.kind)}: ${operation.progress} percent`}
      />
      <Steps steps={operation.steps} />
      {operation.error === null ? null : <ProblemNote problem={operation.error} />}
      <p>
        <Link href={`/operations/${namespace}/${name}`}>{name}</Link>
      </p>
    </div>
  );
}
