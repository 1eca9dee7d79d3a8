/** One check of a verdict. Pure. */
import type { VerdictCheck } from '@soteria/shared/verification/verdict.ts';
import type { Unreadable } from './take-inventory.ts';

export function passed(name: string, detail: string): VerdictCheck {
  return { name, outcome: 'passed', detail };
}

/** The check could not be made, and says nothing about the restore point. */
export function impossible(name: string, detail: string): VerdictCheck {
  return { name, outcome: 'impossible', detail };
}

export function failed(name: string, detail: string): VerdictCheck {
  return { name, outcome: 'failed', detail };
}

export function named(examples: readonly Unreadable[]): string {
  return examples.length === 0
    ? ''
    : `: ${examples.map(({ path, code }) => `${path === '' ? '.' : path} (${code})`).join(', ')}`;
}
