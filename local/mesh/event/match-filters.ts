/** Whether an event passes a Trigger's filters. A standard attribute that is absent compares as ''; an absent extension fails. */
import { standardAttributes } from './cloud-event.ts';
import type { CloudEvent } from './cloud-event.ts';

type AttributeMap = Readonly<Record<string, string>>;

/** One dialect per object. */
export type Filter =
  | { readonly exact: AttributeMap }
  | { readonly prefix: AttributeMap }
  | { readonly suffix: AttributeMap }
  | { readonly all: readonly Filter[] }
  | { readonly any: readonly Filter[] }
  | { readonly not: Filter };

export interface TriggerFilters {
  /** When present and not empty, `filter` is ignored. */
  readonly filters?: readonly Filter[] | undefined;
  /** The older form: exact match, and '' means that the attribute must be present. */
  readonly filter?: { readonly attributes?: AttributeMap | undefined } | undefined;
}

export function matchesTrigger(trigger: TriggerFilters, event: CloudEvent): boolean {
  if (trigger.filters !== undefined && trigger.filters.length > 0) {
    return trigger.filters.every((filter) => matchesFilter(filter, event));
  }
  return Object.entries(trigger.filter?.attributes ?? {}).every(([name, wanted]) => {
    const value = event.attributes[name] ?? '';
    return wanted === '' ? value !== '' : value === wanted;
  });
}

function matchesFilter(filter: Filter, event: CloudEvent): boolean {
  if ('exact' in filter) return everyAttribute(filter.exact, event, (value, wanted) => value === wanted);
  if ('prefix' in filter) return everyAttribute(filter.prefix, event, (value, wanted) => value.startsWith(wanted));
  if ('suffix' in filter) return everyAttribute(filter.suffix, event, (value, wanted) => value.endsWith(wanted));
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
