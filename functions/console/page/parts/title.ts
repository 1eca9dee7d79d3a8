import { useEffect } from 'react';

/** Of the browser’s tab: what stands first is what is read in a narrow one. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Soteria`;
  }, [title]);
}
