/** The console: everything it shows comes from the public API of the ingress that served it. */
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { listenToKeys } from './keys/useKeys.ts';
import { Refusal } from './read/call.ts';
import { router } from './router.tsx';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/pages.css';
import { showLook } from './words/settings.ts';

const RETRIES = 2;
const FRESH_MS = 2000;

const queries: QueryClient = new QueryClient({
  // whoever is told that the key holds no longer asks who looks, and finds nobody
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof Refusal && error.problem.status === 401)
        void queries.invalidateQueries({ queryKey: ['me'] }, { cancelRefetch: false });
    },
  }),
  defaultOptions: {
    queries: {
      // what was refused is refused again
      retry: (failures, error) => !(error instanceof Refusal && error.problem.status < 500) && failures < RETRIES,
      retryDelay: (failures) => Math.min(4000, 500 * 2 ** failures),
      staleTime: FRESH_MS,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

showLook();
listenToKeys();
const root = document.getElementById('app');
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
