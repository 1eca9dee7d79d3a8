import { expect, it, vi } from 'vitest';
import { measurementsOf, printMeasurements, type Samples } from './report.ts';

const samples: Samples = new Map([
  ['bare', { ms: [20, 10, 12] }],
  ['ours', { ms: [30, 27, 33], mib: [70] }],
]);

it('a measurement is one line of JSON, compared with the named subject', () => {
  const lines: string[] = [];
  const print = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  printMeasurements(measurementsOf('start', samples, { ms: 'ms', mib: 'MiB' }, 'bare'), true);
  print.mockRestore();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { bench: 'start', subject: 'bare', metric: 'ms', unit: 'ms', median: 12, min: 10, max: 20 },
    {
      bench: 'start',
      subject: 'ours',
      metric: 'ms',
      unit: 'ms',
      median: 30,
      min: 27,
      max: 33,
      against: 'bare',
      ratio: 2.5,
    },
    // A metric that the other subject lacks is not compared.
    { bench: 'start', subject: 'ours', metric: 'mib', unit: 'MiB', median: 70, min: 70, max: 70 },
  ]);
});

it('a metric without a unit is a fault of the bench', () => {
  expect(() => measurementsOf('start', samples, { ms: 'ms' })).toThrow('start measures mib of ours without a unit');
});
