/** Instants on an axis. The marks lie close, so a choice is made with the arrow keys or in the list beside it. */
import { sayClock, sayDay } from '../words/instants.ts';
import { axisTicks } from './axis-ticks.ts';

export interface AxisMark {
  readonly id: string;
  readonly at: number;
  readonly tone: 'safe' | 'late' | 'unprotected' | 'unknown';
  readonly label: string;
}

interface TimeAxisProps {
  readonly marks: readonly AxisMark[];
  readonly now: number;
  readonly chosen?: string | undefined;
  readonly onChoose?: (id: string) => void;
  readonly label: string;
}

const width = 1000;
const height = 56;
const edge = 14;

export function TimeAxis({ marks, now, chosen, onChoose, label }: TimeAxisProps) {
  const first = Math.min(now - 3_600_000, ...marks.map(({ at }) => at));
  const place = (at: number): number => edge + ((at - first) / (now - first)) * (width - 2 * edge);
  const ticks = axisTicks(first, now);
  return (
    <div className="axis">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <line className="axis-line" x1="0" x2={width} y1="24" y2="24" vectorEffect="non-scaling-stroke" />
        {ticks.map((at) => (
          <line
            key={at}
            className="axis-tick"
            x1={place(at)}
            x2={place(at)}
            y1="24"
            y2="34"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {marks.map(({ id, at, tone, label }) => (
          <line
            key={id}
            className={`axis-mark stroke-${tone}${id === chosen ? ' is-chosen' : ''}`}
            x1={place(at)}
            x2={place(at)}
            y1={id === chosen ? 2 : 10}
            y2={id === chosen ? 46 : 38}
            vectorEffect="non-scaling-stroke"
            onClick={() => onChoose?.(id)}
          >
            <title>{label}</title>
          </line>
        ))}
      </svg>
      <p className="axis-words" aria-hidden="true">
        <span>{now - first > 86_400_000 * 2 ? sayDay(first) : `${sayDay(first)} ${sayClock(first)}`}</span>
        <span>now</span>
      </p>
    </div>
  );
}
