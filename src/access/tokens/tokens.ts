/**
 * Tokens of programs. Of log shippers: write-only, for one source. Whoever steals one can hand in rows of that source and read
 * nothing; his rows carry the token's id, so that they can be told from the others. Of an identity provider: for keeping the
 * directory, and nothing else; what it changes stands in the ledger under the token's id.
 */
import { Fault } from '../../base/fault.ts';
import { randomId, randomToken } from '../../base/id.ts';
import type { Shipper } from '../../http/route.ts';
import { change } from '../../ledger/ledger.ts';
import type { Access } from '../access.ts';
import { tokenHash } from '../session.ts';
import * as store from './store.ts';

/** The prefix is for programs that look for secrets in files and commits. */
const PREFIX: Readonly<Record<store.TokenKind, string>> = { logs: 'countersign_ship_', directory: 'countersign_scim_' };
const BEARER = /^Bearer (countersign_(?:ship|scim)_[A-Za-z0-9_-]{43})$/i;
const SOURCE = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export interface TokenEntry {
  readonly id: string;
  readonly kind: store.TokenKind;
  readonly source: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedOn: string | null;
  readonly state: 'good' | 'expired' | 'revoked';
}

/**
 * Makes a token for a source of logs, or for the provider of the directory that has this name; gives it, this once. `until` is the last day, YYYY-MM-DD in UTC, on which it is good.
 * Throws `invalid-input`.
 */
export async function createToken(
  access: Access,
  input: { source: string; until?: string | undefined; kind?: store.TokenKind },
): Promise<{ id: string; token: string }> {
  const { source, until, kind = 'logs' } = input;
  if (!SOURCE.test(source)) {
    const message = 'A source has small letters, digits, dots, dashes and underscores, at most 64.';
    throw new Fault('invalid-input', message, { place: 'source' });
  }
  const now = access.clock();
  const expires_at = until === undefined ? null : new Date(Date.parse(`${until}T00:00:00Z`) + 86_400_000);
  if (expires_at !== null && !(now < expires_at)) {
    throw new Fault('invalid-input', 'The last day is no day, or over.', { place: 'until' });
  }
  const id = randomId();
  const token = `${PREFIX[kind]}${randomToken()}`;
  const row = { ...{ id, kind, source, token_hash: tokenHash(token), created_at: now, expires_at }, revoked_at: null };
  await change(access.ledger, access.db, act(access, 'token.create'), async (tx, touch) => {
    await store.insertToken(tx, { ...row, last_used_on: null });
    touch('shipper_tokens', id);
  });
  return { id, token };
}

/** All tokens by source, those that are good no more too. */
export async function listTokens(access: Access): Promise<TokenEntry[]> {
  const now = access.clock();
  return (await store.selectTokens(access.db)).map((row) => ({
    ...{ id: row.id, kind: row.kind, source: row.source, createdAt: row.created_at, expiresAt: row.expires_at },
    ...{ lastUsedOn: row.last_used_on, state: stateOf(row, now) },
  }));
}

/** Throws `not-found` if there is no such token that is good. */
export async function revokeToken(access: Access, id: string): Promise<void> {
  await change(access.ledger, access.db, act(access, 'token.revoke'), async (tx, touch) => {
    const isDone = await store.revokeToken(tx, id, access.clock());
    if (!isDone) throw new Fault('not-found', 'There is no such token that is good.', { place: id });
    touch('shipper_tokens', id);
  });
}

/**
 * Which shipper sends the request: `Authorization: Bearer ...` (RFC 6750, the header alone). Null for a token that is
 * unknown, expired or revoked, and for a request that brings none.
 */
export async function authenticateShipper(access: Access, request: Request): Promise<Shipper | null> {
  return await authenticated(access, request, 'logs');
}

/** Which token for the directory a request brings. Null as for shippers, and for the token of one. */
export async function authenticateDirectory(access: Access, request: Request): Promise<Shipper | null> {
  return await authenticated(access, request, 'directory');
}

async function authenticated(access: Access, request: Request, kind: store.TokenKind): Promise<Shipper | null> {
  const [, token] = BEARER.exec(request.headers.get('authorization') ?? '') ?? [];
  const found = token === undefined ? undefined : await store.findToken(access.db, tokenHash(token));
  const now = access.clock();
  if (found === undefined || found.kind !== kind || stateOf(found, now) !== 'good') return null;
  const today = now.toISOString().slice(0, 10);
  if (found.last_used_on !== today) await store.noteUse(access.db, found.id, today);
  return { tokenId: found.id, source: found.source };
}

function stateOf({ expires_at, revoked_at }: store.TokensTable, now: Date): TokenEntry['state'] {
  if (revoked_at !== null) return 'revoked';
  return expires_at !== null && now >= expires_at ? 'expired' : 'good';
}

const act = (access: Access, verb: string) => ({ actor: access.actor ?? 'system:machine', act: verb });
