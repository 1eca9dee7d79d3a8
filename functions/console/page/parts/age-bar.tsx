/** The age of the newest data against the objective: a bar that is full at the objective, and runs over. */
import { sayDuration } from '../words/instants.ts';

interface AgeBarProps {
  readonly ageSeconds: number | null;
  readonly objectiveSeconds: number | null;
}

/** Where the objective stands on the bar, in percent: what is beyond it stays visible. */
const objectiveAt = 72;

export function AgeBar({ ageSeconds, objectiveSeconds }: AgeBarProps) {
  if (objectiveSeconds === null) return <span className="age-bar" aria-hidden="true" />;
  const share = ageSeconds === null ? 100 : Math.min(100, (ageSeconds / objectiveSeconds) * objectiveAt);
  const tone = ageSeconds === null ? 'never' : ageSeconds > objectiveSeconds ? 'late' : 'safe';
  return (
    <svg className={`age-bar bar-${tone}`} aria-hidden="true" width="100%" height="8">
      <title>{`objective: ${sayDuration(objectiveSeconds)}`}</title>
      <rect className="bar-track" width="100%" height="4" y="2" rx="2" />
      <rect className="bar-fill" width={`${Math.max(share, 1.5)}%`} height="4" y="2" rx="2" />
      <rect className="bar-objective" x={`${objectiveAt}%`} width="2" height="8" />
    </svg>
  );
}
