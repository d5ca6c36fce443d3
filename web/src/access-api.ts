/** Accounts, sessions and passkeys: the server's contract, and how the console asks. Times are ISO 8601 in UTC. */
import { queryOptions } from '@tanstack/react-query';
import { ask, type Role } from './api.ts';

export interface OwnSession {
  id: string;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  opened_with: 'password' | 'passkey' | 'provider';
  current: boolean;
}
export interface OwnPasskey {
  id: string;
  label: string;
  /** The host name it works under. */
  host: string;
  synced: boolean;
  created_at: string;
  last_used_at: string | null;
  state: 'usable' | 'waiting' | 'suspended';
}
export interface AccountRow {
  id: string;
  name: string;
  roles: Role[];
  person: string | null;
  created_at: string;
  disabled_at: string | null;
}
export interface GrantRequest {
  id: string;
  kind: 'account' | 'grant' | 'revoke' | 'link' | 'disable' | 'passkey';
  about: string;
  role: Role | null;
  person: string | null;
  /** What the passkey is called that waits. */
  passkey: string | null;
  reason: string;
  asker: string;
  requested_at: string;
  expires_at: string;
  state: 'open' | 'expired' | 'approved' | 'refused' | 'withdrawn';
  decider: string | null;
  decided_at: string | null;
  for_you: boolean;
  yours: boolean;
}

export const ownSessionsQuery = queryOptions({
  queryKey: ['own-sessions'],
  queryFn: ({ signal }) => ask<{ sessions: OwnSession[] }>('/api/sessions', { signal }),
});

export const ownPasskeysQuery = queryOptions({
  queryKey: ['own-passkeys'],
  queryFn: ({ signal }) => ask<{ passkeys: OwnPasskey[] }>('/api/passkeys', { signal }),
});

/** Both are asked for anew after every act: what is decided changes both. */
export const accountsQuery = queryOptions({
  queryKey: ['access', 'accounts'],
  queryFn: ({ signal }) => ask<{ accounts: AccountRow[] }>('/api/accounts', { signal }),
});

export const requestsQuery = queryOptions({
  queryKey: ['access', 'requests'],
  queryFn: ({ signal }) => ask<{ requests: GrantRequest[] }>('/api/requests', { signal }),
});

/** Which ways there are to sign in. */
export const waysQuery = queryOptions({
  queryKey: ['ways'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: ({ signal }) => ask<{ provider: boolean }>('/api/session/ways', { signal }),
});
