/** A gauge in Prometheus' text format, for values that are computed during a scrape. Pure; prom-client is not needed. */

export interface Gauge {
  readonly name: string;
  readonly help: string;
  /** A value that is no number is left out. */
  readonly samples: readonly (readonly [Readonly<Record<string, string>>, number | null | undefined])[];
}

export function gaugeText({ name, help, samples }: Gauge): string {
  const lines = samples.map(([labels, value]) =>
    typeof value === 'number' ? `${name}${labelsOf(labels)} ${value}\n` : '',
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
