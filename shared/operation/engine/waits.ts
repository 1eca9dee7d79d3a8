/** What an operation may wait for, step by step: the table behind `docs/waits.md`. A step that waits and has no row fails a test. */
import { isTerminal, type Operation } from '../record/schema.ts';

export interface Wait {
  readonly waitsFor: string;
  readonly wokenBy: string;
  /** After what is waited for has happened, when the event that tells of it is lost. */
  readonly worstDelay: string;
  /** What happens when it never happens. */
  readonly endsBy: string;
}

export type Waits = Readonly<Record<string, readonly Wait[]>>;

/** The row an operation waits in: its step without the number of the attempt; before the first and after the last there is none. */
export function waitingStepOf({ status }: Pick<Operation, 'status'>): string {
  if (isTerminal(status?.phase)) return 'tidy';
  const step = status?.steps.at(-1)?.name;
  return step === undefined ? 'queue' : step.replace(/-r\d+$/, '');
}

const columns = ['step', 'waits for', 'woken by', 'worst delay', 'if it never comes'] as const;

export function waitsTable(waits: Waits): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = Object.entries(waits).flatMap(([step, each]) =>
    each.map(({ waitsFor, wokenBy, worstDelay, endsBy }) =>
      row([`\`${step}\``, waitsFor, wokenBy, worstDelay, endsBy]),
    ),
  );
  return [row(columns), row(columns.map(() => '---')), ...rows].join('\n');
}
