/** The output of every bench: one JSON object a line for machines, a table for people. */
import { type Summary, summarise } from './summarise.ts';

export interface Measurement extends Summary {
  readonly bench: string;
  readonly subject: string;
  readonly metric: string;
  readonly unit: string;
  /** The subject that it is compared with. */
  readonly against?: string;
  /** Its median divided by that subject's. */
  readonly ratio?: number;
}

/** subject → metric → samples. */
export type Samples = ReadonlyMap<string, Readonly<Record<string, readonly number[]>>>;

export interface MetricUnits {
  readonly [metric: string]: string;
}

/** In the order of subjects and metrics; with `against`, every other subject is compared with that subject. Throws for a metric without a unit. */
export function measurementsOf(bench: string, samples: Samples, units: MetricUnits, against?: string): Measurement[] {
  const medianOf = (subject: string, metric: string): number | undefined => {
    const found = samples.get(subject)?.[metric];
    return found === undefined ? undefined : summarise(found).median;
  };
  function measure(subject: string, metric: string, values: readonly number[]): Measurement {
    const { median, min, max } = summarise(values);
    const rounded = { median: round(median), min: round(min), max: round(max) };
    const unit = units[metric];
    if (unit === undefined) throw new Error(`${bench} measures ${metric} of ${subject} without a unit`);
    const measured = { bench, subject, metric, unit, ...rounded };
    const base = against === undefined || against === subject ? undefined : medianOf(against, metric);
    return base === undefined || against === undefined
      ? measured
      : { ...measured, against, ratio: round(median / base) };
  }

  return [...samples].flatMap(([subject, metrics]) =>
    Object.entries(metrics).map(([metric, values]) => measure(subject, metric, values)),
  );
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

export function printMeasurements(measurements: readonly Measurement[], isJson: boolean): void {
  if (isJson) {
    for (const measurement of measurements) console.log(JSON.stringify(measurement));
    return;
  }
  const rows = measurements.map(({ subject, metric, unit, median, min, max, against, ratio }) => [
    subject,
    metric,
    `${median} ${unit}`,
    `${min} – ${max}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)}× ${against}`,
  ]);
  console.log(alignColumns([['subject', 'metric', 'median', 'range', ''], ...rows]));
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
