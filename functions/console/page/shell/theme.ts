/** Dark by default; the choice of the viewer is kept in the browser. */
import { useSyncExternalStore } from 'react';

export type Theme = 'dark' | 'light';
const key = 'soteria-theme';
const listeners = new Set<() => void>();

function stored(): Theme {
  try {
    return localStorage.getItem(key) === 'light' ? 'light' : 'dark';
  } catch {
    // A browser may refuse storage; then the choice lasts as long as the page.
    return 'dark';
  }
}

let theme: Theme = stored();

export function showTheme(): void {
  document.documentElement.dataset['theme'] = theme;
}

export function useTheme(): readonly [Theme, () => void] {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => theme,
  );
  return [current, toggleTheme];
}

function toggleTheme(): void {
  theme = theme === 'dark' ? 'light' : 'dark';
  showTheme();
  try {
    localStorage.setItem(key, theme);
  } catch {
    // As above.
  }
  for (const listener of listeners) listener();
}
