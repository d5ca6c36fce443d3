import { QueryCache, QueryClient } from '@tanstack/react-query';
import { Problem, whenProofIsNeeded } from './api.ts';
import { askForProof } from './parts/step-up.tsx';
import { sessionQuery } from './queries.ts';

/** Set by the router: what to do when the server says that the session has ended. */
let sessionEnded = () => {};
export const whenSessionEnds = (act: () => void) => {
  sessionEnded = act;
};

/** What a page keeps in memory of its own and must not outlive a session. */
const keepers = new Set<() => void>();
export const whenForgotten = (act: () => void) => keepers.add(act);

/** Forgets everything that was shown: somebody has signed out, or the session has ended. */
export function forgetAll(): void {
  for (const forget of keepers) forget();
}

/** For requests that do not go through the query client. */
export function noteSessionEnd(): void {
  if (queryClient.getQueryData(sessionQuery.queryKey) === null) return;
  queryClient.setQueryData(sessionQuery.queryKey, null);
  forgetAll();
  sessionEnded();
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (!(error instanceof Problem) || error.status !== 401 || query.queryKey[0] === 'session') return;
      noteSessionEnd();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only silence and busy engines are worth a second try.
      retry: (count, error) => count < 1 && error instanceof Problem && (error.status === 0 || error.status === 503),
      retryDelay: 600,
    },
  },
});

// Any act that the server calls sensitive asks who is there, and then goes on.
whenProofIsNeeded(askForProof);
