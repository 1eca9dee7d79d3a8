/** What went wrong, why, and how to fix it: the three parts of every refusal. */
import { TriangleAlert } from 'lucide-react';
import type { Blocker } from '../api/client.ts';
import { problemOf } from '../api/problem.ts';

interface ProblemNoteProps {
  readonly problem: Pick<Blocker, 'what' | 'why' | 'fix'>;
  readonly tone?: 'late' | 'unprotected' | 'unknown';
}

export function ProblemNote({ problem, tone = 'unprotected' }: ProblemNoteProps) {
  return (
    <div className={`note edge-${tone}`} role="alert">
      <TriangleAlert className={`tone-${tone}`} size={18} aria-hidden="true" />
      <div>
        <p className="note-what">{problem.what}</p>
        <p>{problem.why}</p>
        <p className="note-fix">
          <b>Fix</b> {problem.fix}
        </p>
      </div>
    </div>
  );
}

export function ErrorNote({ error }: { readonly error: unknown }) {
  return <ProblemNote problem={problemOf(error)} />;
}
