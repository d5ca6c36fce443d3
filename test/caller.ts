/** A browser without a page: it keeps its cookies and the token of its session, for tests of the API. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
  readonly headers: Headers;
}

export class Caller {
  readonly jar = new Map<string, string>();
  csrf = '';
  readonly #fetch: (request: Request) => Response | Promise<Response>;
  readonly #origin: string;

  constructor(fetch: (request: Request) => Response | Promise<Response>, origin: string) {
    this.#fetch = fetch;
    this.#origin = origin;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = new Request(this.#origin + path, {
      method,
      headers: {
        ...(cookie === '' ? {} : { Cookie: cookie }),
        ...(this.csrf === '' ? {} : { 'X-CSRF-Token': this.csrf }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await this.#fetch(request);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const answer = {
      status: response.status,
      body: isJson ? JSON.parse(text) : text || null,
      headers: response.headers,
    };
    if (answer.body?.csrf_token !== undefined) this.csrf = answer.body.csrf_token;
    return answer;
  }

  async signIn(name: string, password: string): Promise<Answer> {
    return await this.call('POST', '/api/session', { name, password });
  }

  /** Somebody who has stolen all that this browser holds. */
  thief(): Caller {
    const thief = new Caller(this.#fetch, this.#origin);
    for (const [name, value] of this.jar) thief.jar.set(name, value);
    thief.csrf = this.csrf;
    return thief;
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    if (/Max-Age=0/.test(line)) this.jar.delete(pair.slice(0, at));
    else this.jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
