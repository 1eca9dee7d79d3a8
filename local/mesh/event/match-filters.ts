/** Whether an event passes a Trigger's filters. A standard attribute that is absent compares as ''; an absent extension fails. */
import { standardAttributes } from './cloud-event.ts';
import type { CloudEvent } from './cloud-event.ts';

type AttributeMap = Readonly<Record<string, string>>;

/** One dialect per object. */
export type Filter =
  | { readonly exact: AttributeMap }
  | { readonly prefix: AttributeMap }
  | { readonly all: readonly Filter[] }
  | { readonly any: readonly Filter[] }
  | { readonly not: Filter };

export function matchesTrigger(
  trigger: { readonly filters?: readonly Filter[] | undefined },
  event: CloudEvent,
): boolean {
  return (trigger.filters ?? []).every((filter) => matchesFilter(filter, event));
}

function matchesFilter(filter: Filter, event: CloudEvent): boolean {
  if ('exact' in filter) return everyAttribute(filter.exact, event, (value, wanted) => value === wanted);
  if ('prefix' in filter) return everyAttribute(filter.prefix, event, (value, wanted) => value.startsWith(wanted));
  if ('all' in filter) return filter.all.every((inner) => matchesFilter(inner, event));
  if ('any' in filter) return filter.any.some((inner) => matchesFilter(inner, event));
  return !matchesFilter(filter.not, event);
}

function everyAttribute(
  wanted: AttributeMap,
  event: CloudEvent,
  isMatch: (value: string, wanted: string) => boolean,
): boolean {
  return Object.entries(wanted).every(([name, text]) => {
    const value = event.attributes[name] ?? (standardAttributes.has(name) ? '' : undefined);
    return value !== undefined && isMatch(value, text);
  });
}
