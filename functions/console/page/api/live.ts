/** One stream of events for the whole page: what it reports is read again. While nobody looks there is no stream, so that the console may sleep. */
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

/** `off`: no stream reaches this page; then it reads at intervals. */
export type Liveness = 'connecting' | 'live' | 'off';

let liveness: Liveness = 'connecting';
const listeners = new Set<() => void>();

function become(next: Liveness): void {
  if (next === liveness) return;
  liveness = next;
  for (const listener of listeners) listener();
}

export function useLiveness(): Liveness {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => liveness,
  );
}

/** Many events in a moment are one reading. */
const gatherMs = 400;

/** Gives back what ends it. */
export function followEvents(queries: QueryClient): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const readAgain = (keys: readonly string[]) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
    }, gatherMs);
  };
  const open = () => {
    if (source !== undefined) return;
    source = new EventSource('/v1/events');
    source.addEventListener('connected', () => become('live'));
    source.addEventListener('operation:progress', () => readAgain(['operations', 'inventory', 'points']));
    source.addEventListener('operation:deleted', () => readAgain(['operations']));
    source.addEventListener('resync', () => readAgain(['operations', 'inventory', 'points']));
    // The browser connects again by itself, unless the answer was a refusal.
    source.addEventListener('error', () => become(source?.readyState === EventSource.CLOSED ? 'off' : 'connecting'));
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  const onVisibility = () => (document.visibilityState === 'visible' ? open() : close());
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(timer);
    close();
  };
}
