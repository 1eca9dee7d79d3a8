/** What is missing before one may trust this installation, each with what to do about it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import { Link } from 'wouter';
import { api } from '../api/client.ts';
import { dataOf } from '../api/problem.ts';
import { inventoryQuery, recoveryQuery, selfTestQuery } from '../api/queries.ts';
import { ErrorNote, ProblemNote } from '../parts/problem-note.tsx';
import { useTitle } from '../parts/title.ts';
import { type Check, listChecks } from './list-checks.ts';

export function Health() {
  useTitle('Health');
  const inventory = useQuery(inventoryQuery());
  const recovery = useQuery(recoveryQuery());
  const selfTest = useQuery(selfTestQuery());
  const checks = listChecks({ inventory: inventory.data, recovery: recovery.data, selfTest: selfTest.data });
  const missing = checks.filter(({ state }) => state === 'missing').length;
  const isRead = checks.every(({ state }) => state !== 'unknown');
  return (
    <>
      <header className="screen-head">
        <h1>
          {!isRead
            ? 'Looking …'
            : missing === 0
              ? 'Nothing is missing.'
              : `${missing} of ${checks.length} are missing.`}
        </h1>
        <p className="lead">What must hold before these backups can be trusted.</p>
      </header>
      <ul className="rows">
        {checks.map((check) => (
          <li key={check.name}>
            <CheckLine check={check} />
          </li>
        ))}
      </ul>
      <SelfTestButton isRunning={selfTest.data?.running !== null && selfTest.data !== undefined} />
      {[inventory.error, recovery.error, selfTest.error].map((error, index) =>
        error === null ? null : <ErrorNote key={['inventory', 'recovery', 'self-test'][index]} error={error} />,
      )}
      {recovery.data?.problems.map((problem) => (
        <ProblemNote key={problem.code} problem={problem} tone="late" />
      ))}
      <section className="block">
        <h2>To keep elsewhere</h2>
        <p className="tone-soft">
          The backup target does not hold everything a restore needs. <a href="/v1/recovery">The recovery sheet</a>{' '}
          lists the rest, to print and keep.
        </p>
      </section>
    </>
  );
}

const marks = {
  holds: { icon: CircleCheck, tone: 'tone-safe', word: 'holds' },
  missing: { icon: CircleX, tone: 'tone-unprotected', word: 'missing' },
  unknown: { icon: CircleDashed, tone: 'tone-soft', word: 'not known yet' },
} as const;

function CheckLine({ check: { name, state, why, fix } }: { readonly check: Check }) {
  const { icon: Icon, tone, word } = marks[state];
  return (
    <div className="row check">
      <Icon className={tone} size={18} aria-label={word} role="img" />
      <b className="row-name">{name}</b>
      <div className="row-words">
        <p className="tone-soft">{why}</p>
        {fix === undefined ? null : <p className="claim-fix">{fix}</p>}
      </div>
    </div>
  );
}

function SelfTestButton({ isRunning }: { readonly isRunning: boolean }) {
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: async () => dataOf(await api.POST('/v1/selftest', { body: {} })),
    onSuccess: () => queries.invalidateQueries(),
  });
  const made = run.data;
  return (
    <>
      <div className="actions">
        <button type="button" className="button" disabled={run.isPending || isRunning} onClick={() => run.mutate()}>
          {isRunning ? 'The self-test runs …' : 'Run the self-test'}
        </button>
      </div>
      {run.error === null ? null : <ErrorNote error={run.error} />}
      {made?.operation === undefined || made.operation === null ? null : (
        <p className="made" role="status">
          Recorded as <Link href={`/operations/${made.namespace}/${made.operation}`}>{made.operation}</Link>
        </p>
      )}
    </>
  );
}
