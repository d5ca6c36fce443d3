/** The organisation's own sign-in: an OpenID Connect provider, asked with the authorization code flow and PKCE. */
import { readFileSync, statSync } from 'node:fs';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { Fault } from '../../base/fault.ts';
import { isLoopback } from '../../http/guard.ts';

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** A file that holds the client's secret and nothing else; without one the client is public and PKCE alone protects it. */
  readonly secretFile?: string | undefined;
  /** The claim that names the person. The provider must not let people change it by themselves. */
  readonly personClaim: string;
}

/** What has to be remembered between the question and the answer. */
export interface Asked {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Whom the provider vouches for. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  /** The value of the claim that names the person; null if it is missing or no text. */
  readonly person: string | null;
}

export interface Provider {
  readonly issuer: string;
  /** Where to send the browser. Throws `not-reachable`. */
  ask(redirectUri: string): Promise<{ url: string; asked: Asked }>;
  /** What the provider says to what the browser brought back. Throws `sign-in-failed` for whatever does not fit. */
  answer(callback: URL, asked: Asked): Promise<Vouched>;
}

const SECONDS = 10;

/**
 * The provider of these settings; it is asked for its addresses when somebody first signs in. Throws `invalid-content`
 * for an issuer without TLS that is not on this machine, and for a secret that others on the machine can read.
 */
export function openProvider(settings: ProviderSettings): Provider {
  const server = new URL(settings.issuer);
  const isPlain = server.protocol === 'http:';
  if (isPlain && !isLoopback(server.hostname)) {
    throw new Fault('invalid-content', 'The issuer must be reached by https.', { place: 'oidc_issuer' });
  }
  const secret = settings.secretFile === undefined ? undefined : readSecret(settings.secretFile);
  let found: Promise<Configuration> | undefined;
  const configuration = async (): Promise<Configuration> => {
    found ??= discovery(
      server,
      settings.clientId,
      undefined,
      secret === undefined ? None() : ClientSecretBasic(secret),
      {
        // Signatures are checked although the token comes straight from the provider: a proxy may stand between.
        execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
        timeout: SECONDS,
      },
    );
    try {
      return await found;
    } catch (cause) {
      found = undefined;
      throw new Fault('not-reachable', 'The organisation’s sign-in does not answer.', { place: 'oidc_issuer', cause });
    }
  };
  return {
    issuer: settings.issuer,
    async ask(redirectUri) {
      const asked = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(await configuration(), {
        ...{ redirect_uri: redirectUri, scope: 'openid profile', response_type: 'code' },
        ...{ state: asked.state, nonce: asked.nonce },
        ...{ code_challenge: await calculatePKCECodeChallenge(asked.verifier), code_challenge_method: 'S256' },
      });
      return { url: url.href, asked };
    },
    async answer(callback, { state, nonce, verifier }) {
      const config = await configuration();
      const claims = await authorizationCodeGrant(config, callback, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      }).then(
        (tokens) => tokens.claims(),
        (cause: unknown) => {
          throw new Fault('sign-in-failed', 'The organisation’s sign-in did not vouch for anybody.', { cause });
        },
      );
      if (claims === undefined) throw new Fault('sign-in-failed', 'The organisation’s sign-in named nobody.');
      const person = claims[settings.personClaim];
      return { issuer: claims.iss, subject: claims.sub, person: typeof person === 'string' ? person : null };
    },
  };
}

function readSecret(file: string): string {
  const refuse = (message: string, cause?: unknown) =>
    new Fault('invalid-content', message, { place: 'oidc_client_secret_file', cause });
  try {
    if ((statSync(file).mode & 0o077) !== 0) throw refuse('Others can read the file of the secret: chmod 600.');
    const secret = readFileSync(file, 'utf8').trim();
    if (secret === '') throw refuse('The file of the secret is empty.');
    return secret;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw refuse('The file of the secret cannot be read.', error);
  }
}
