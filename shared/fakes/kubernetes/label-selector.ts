/** Label selectors in Kubernetes' syntax: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`. Pure. */
import { badRequest } from './api-refusal.ts';
import type { JsonObject } from './wire-object.ts';

export type LabelPredicate = (labels: JsonObject | undefined) => boolean;

const tokenPattern = /\s*(==|!=|=|!|<|>|,|\(|\)|[^\s=!<>,()]+)\s*/gy;
const symbols: ReadonlySet<string> = new Set(['==', '!=', '=', '!', '<', '>', ',', '(', ')']);

/** Throws a 400 ApiRefusal when the text is not a selector. */
export function parseLabelSelector(text: string): LabelPredicate {
  const tokens = tokenize(text);
  if (tokens.length === 0) return () => true;
  const requirements: LabelPredicate[] = [];
  for (;;) {
    requirements.push(readRequirement(tokens));
    const next = tokens.shift();
    if (next === undefined) break;
    if (next !== ',') throw unreadable(`found '${next}', expected: ',' or 'end of string'`);
  }
  const [only] = requirements;
  if (only !== undefined && requirements.length === 1) return only;
  return (labels) => requirements.every((isMet) => isMet(labels));
}

function tokenize(text: string): string[] {
  return [...text.trim().matchAll(tokenPattern)].map((match) => match[1] ?? '');
}

function readRequirement(tokens: string[]): LabelPredicate {
  const first = tokens.shift();
  if (first === '!') {
    const key = readWord(tokens);
    return (labels) => labels?.[key] === undefined;
  }
  if (first === undefined || symbols.has(first)) {
    throw unreadable(`found '${first ?? ''}', expected: !, identifier, or 'end of string'`);
  }
  const key = first;
  const operator = tokens[0];
  if (operator === undefined || operator === ',') return (labels) => labels?.[key] !== undefined;
  tokens.shift();
  switch (operator) {
    case '=':
    case '==': {
      const value = readValue(tokens);
      return (labels) => labels?.[key] === value;
    }
    case '!=': {
      const value = readValue(tokens);
      return (labels) => labels?.[key] !== value;
    }
    case 'in': {
      const values = readValues(tokens);
      return (labels) => values.has(labels?.[key]);
    }
    case 'notin': {
      const values = readValues(tokens);
      return (labels) => !values.has(labels?.[key]);
    }
    default:
      throw unreadable(`found '${operator}', expected: in, notin, =, ==, !=`);
  }
}

function readWord(tokens: string[]): string {
  const word = tokens.shift();
  if (word === undefined || symbols.has(word)) throw unreadable(`found '${word ?? ''}', expected: identifier`);
  return word;
}

/** `a=` and `a=,b` compare with the empty text. */
function readValue(tokens: string[]): string {
  return tokens[0] === undefined || tokens[0] === ',' ? '' : readWord(tokens);
}

function readValues(tokens: string[]): ReadonlySet<unknown> {
  const values = new Set<unknown>();
  if (tokens.shift() !== '(') throw unreadable("expected: '('");
  for (;;) {
    const value = tokens[0] === ',' || tokens[0] === ')' ? '' : readWord(tokens);
    values.add(value);
    const next = tokens.shift();
    if (next === ')') return values;
    if (next !== ',') throw unreadable(`found '${next ?? ''}', expected: ',' or ')'`);
  }
}

function unreadable(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`);
}
