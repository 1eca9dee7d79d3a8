import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { isWorthRepeating } from './api/problem.ts';
import { Shell } from './shell/shell.tsx';
import { showTheme } from './shell/theme.ts';

showTheme();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Nothing is asked for while nobody looks.
      refetchInterval: 30_000,
      refetchIntervalInBackground: false,
      retry: (failures, error) => failures < 2 && isWorthRepeating(error),
    },
  },
});

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no element #page');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Shell />
    </QueryClientProvider>
  </StrictMode>,
);
