/** A small OpenID Connect provider for attacks: it says what a test wants it to say, truly signed. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface OpenId {
  readonly issuer: string;
  /** What the next ID token says instead of the truth. */
  lies: Record<string, unknown>;
  /** Signs with a key that the provider does not publish. */
  forged: boolean;
  /** Secrets and verifiers that the token endpoint was shown. */
  readonly seen: URLSearchParams[];
  /** What the browser does at the provider: its owner signs in, and it is sent back. */
  visit(authorize: string, claims: Record<string, unknown>): URL;
  close(): Promise<void>;
}

interface Grant {
  readonly query: URLSearchParams;
  readonly claims: Record<string, unknown>;
}

export async function startOpenId(clientId: string, secret: string): Promise<OpenId> {
  const [good, other] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const jwk = { ...(await exportJWK(good.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const grants = new Map<string, Grant>();
  const seen: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    const { pathname } = new URL(request.url ?? '/', issuer);
    if (pathname === '/.well-known/openid-configuration') return send(200, metadata());
    if (pathname === '/jwks') return send(200, { keys: [jwk] });
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const basic = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
      token(new URLSearchParams(text), decodeURIComponent(basic)).then(
        (body) => send(200, body),
        () => send(400, { error: 'invalid_grant' }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const metadata = () => ({
    ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
    ...{ jwks_uri: `${issuer}/jwks`, response_types_supported: ['code'], subject_types_supported: ['public'] },
    ...{ id_token_signing_alg_values_supported: ['RS256'], authorization_response_iss_parameter_supported: true },
  });
  /** Codes are good once, with the verifier of the challenge and the client's secret. */
  async function token(form: URLSearchParams, basic: string) {
    seen.push(form);
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant?.query.get('code_challenge') !== challenge || basic !== `${clientId}:${secret}`) throw new Error('no');
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: clientId, iat: now, exp: now + 60, nonce: grant.query.get('nonce') };
    const signer = new SignJWT({ ...claims, ...grant.claims, ...provider.lies });
    const key = provider.forged ? other.privateKey : good.privateKey;
    const id_token = await signer.setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key);
    return { access_token: 'unused', token_type: 'Bearer', id_token };
  }
  const provider: OpenId = {
    ...{ issuer, lies: {}, forged: false, seen },
    visit(authorize, claims) {
      const { searchParams } = new URL(authorize);
      const code = `code-${grants.size}-${Math.random()}`;
      grants.set(code, { query: searchParams, claims });
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code, state: searchParams.get('state') ?? '', iss: issuer }).toString();
      return back;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return provider;
}
