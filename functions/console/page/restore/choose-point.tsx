import type { RestorePoint } from '../api/client.ts';
import { useNow } from '../parts/now.ts';
import { sayOrigin, sayPoint, sayProof, toneOf } from '../parts/point-words.ts';
import { Time } from '../parts/time.tsx';
import { TimeAxis } from '../parts/time-axis.tsx';
import { sayBytes } from '../words/amounts.ts';
import { sayInstant } from '../words/instants.ts';

interface ChoosePointProps {
  readonly points: readonly RestorePoint[];
  readonly point: RestorePoint;
  readonly onChoose: (id: string) => void;
}

export function ChoosePoint({ points, point, onChoose }: ChoosePointProps) {
  const now = useNow();
  const usable = points.filter(({ restorable }) => restorable);
  const marks = usable.flatMap((one) =>
    one.data_as_of === null
      ? []
      : [{ id: one.id, at: new Date(one.data_as_of).getTime(), tone: toneOf(one), label: sayPoint(one) }],
  );
  return (
    <section className="step">
      <h2>
        <span className="step-number">1</span> When
      </h2>
      <TimeAxis
        marks={marks}
        now={now}
        chosen={point.id}
        onChoose={onChoose}
        label="Restore points on a time axis; choose one in the list below"
      />
      <label className="field">
        <span>Restore point</span>
        <select value={point.id} onChange={(event) => onChoose(event.target.value)}>
          {usable.map((one) => (
            <option key={one.id} value={one.id}>
              {sayPoint(one)}
            </option>
          ))}
        </select>
      </label>
      <p className="chosen">
        <b>{point.data_as_of === null ? 'An unknown instant' : sayInstant(point.data_as_of)}</b>
        {point.data_as_of === null ? null : (
          <>
            , <Time at={point.data_as_of} />
          </>
        )}
        <span className={point.verified_at === null ? 'tone-soft' : 'tone-safe'}> · {sayProof(point)}</span>
        <span className="tone-soft">
          {' '}
          · {sayOrigin(point)}
          {point.size_bytes === null ? '' : ` · ${sayBytes(point.size_bytes)}`}
        </span>
      </p>
    </section>
  );
}
