/** As much of it as our test uses; its own types bring a web framework's along. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export default class Provider {
    constructor(
      issuer: string,
      configuration: {
        clients: readonly object[];
        claims: Record<string, readonly string[]>;
        conformIdTokenClaims: boolean;
        findAccount: (context: unknown, id: string) => { accountId: string; claims: () => Record<string, string> };
      },
    );
    callback(): RequestListener;
  }
}
