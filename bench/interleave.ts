/** Measures several subjects fairly: in turn, so that what slows the machine for a while slows all of them. */
import type { Samples } from './report.ts';

export interface Subject {
  readonly name: string;
  /** One sample of every metric. */
  measure(): Promise<Readonly<Record<string, number>>>;
}

/** A first round warms the disk's cache and is not counted. */
export async function measureInTurn(subjects: readonly Subject[], runs: number): Promise<Samples> {
  const samples = new Map(subjects.map(({ name }): [string, Record<string, number[]>] => [name, {}]));
  for (let round = 0; round <= runs; round += 1) {
    for (const subject of subjects) {
      const measured = await subject.measure();
      const kept = samples.get(subject.name);
      if (round === 0 || kept === undefined) continue;
      for (const [metric, value] of Object.entries(measured)) (kept[metric] ??= []).push(value);
    }
  }
  return samples;
}
