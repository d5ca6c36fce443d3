import { QueryCache, QueryClient } from '@tanstack/react-query';
import { Problem, whenProofIsNeeded } from './api.ts';
import { askForProof } from './parts/step-up.tsx';
import { sessionQuery } from './queries.ts';

/** Set by the router: what to do when the server says that the session has ended. */
let sessionEnded = () => {};
export const whenSessionEnds = (act: () => void) => {
  sessionEnded = act;
};

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (!(error instanceof Problem) || error.status !== 401 || query.queryKey[0] === 'session') return;
      if (queryClient.getQueryData(sessionQuery.queryKey) === null) return;
      queryClient.setQueryData(sessionQuery.queryKey, null);
      sessionEnded();
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
