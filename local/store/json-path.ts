/**
 * The part of Kubernetes' JSONPath that printer columns use: `.a.b`, `['a']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`, and dots
 * escaped with a backslash. Pure.
 */
import { isJsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';

type Step = (value: unknown) => readonly unknown[];

const stepPattern =
  /\.?\[\?\(\s*@((?:\.(?:\\.|[^.\s=!])+)+)\s*(==|!=)\s*(?:'([^']*)'|"([^"]*)"|([^\s)]+))\s*\)\]|\.?\[(?:'([^']*)'|"([^"]*)")\]|\.?\[(-?\d+|\*)\]|\.((?:\\.|[^.[\]])+)/gy;

/** A reader of all values under the path; undefined when the path has another form. */
export function compileJsonPath(path: string): ((root: unknown) => readonly unknown[]) | undefined {
  const text = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '');
  const steps: Step[] = [];
  let length = 0;
  for (const match of text.matchAll(stepPattern)) {
    length += match[0].length;
    steps.push(stepOf(match));
  }
  if (length !== text.length || steps.length === 0) return undefined;
  return (root) => steps.reduce<readonly unknown[]>((values, step) => values.flatMap(step), [root]);
}

function stepOf(match: RegExpExecArray): Step {
  const [, filterPath, operator, single, double, bare, quoted, doubleQuoted, index, member] = match;
  if (filterPath !== undefined) return filterStep(filterPath, operator !== '!=', single ?? double ?? bare ?? '');
  if (index === '*') return elementsOf;
  if (index !== undefined) return (value) => (Array.isArray(value) ? value.slice(Number(index)).slice(0, 1) : []);
  return memberStep(quoted ?? doubleQuoted ?? unescape(member ?? ''));
}

function memberStep(key: string): Step {
  const name = unescape(key);
  return (value) => (isJsonObject(value) && value[name] !== undefined ? [value[name]] : []);
}

function filterStep(path: string, isEqual: boolean, wanted: string): Step {
  const read = compileJsonPath(path);
  return (value) => elementsOf(value).filter((item) => (String(read?.(item)[0]) === wanted) === isEqual);
}

function elementsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}
