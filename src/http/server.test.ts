import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { openLog, silentLog } from '../base/log.ts';
import { type Identity, listOf, page, route } from './route.ts';
import { type AppOptions, createApp } from './server.ts';

const ANALYST: Identity = {
  account: { id: '1', name: 'Mira', roles: ['analyst'], person: null },
  csrfToken: 'token-of-mira',
};
const ENGINEER: Identity = {
  account: { id: '2', name: 'Noor', roles: ['engineer'], person: null },
  csrfToken: 'token-of-noor',
};

const calls: unknown[] = [];
const ROUTES = [
  route({
    method: 'GET',
    path: '/api/leads',
    audience: ['analyst'],
    summary: 'Leads.',
    query: z.object({ level: listOf(z.enum(['high', 'critical'])).optional(), ...page(1000, 200) }),
    response: z.object({ total: z.number(), query: z.unknown() }),
    handler: ({ query }) => {
      calls.push(query);
      return { total: 0, query, name: 'must stay inside' };
    },
  }),
  route({
    method: 'POST',
    path: '/api/birds/:name',
    audience: 'signed-in',
    summary: 'Adds a bird.',
    params: z.object({ name: z.string().regex(/^[a-z]+$/) }),
    body: z.object({ password: z.string().min(12), wings: z.number().int().optional() }),
    response: z.void(),
    handler: ({ body }, { headers }) => {
      calls.push(body);
      headers.append('Set-Cookie', 'a=1');
      headers.append('Set-Cookie', 'b=2');
    },
  }),
  route({
    method: 'GET',
    path: '/api/broken/:how',
    audience: 'public',
    summary: 'Fails.',
    params: z.object({ how: z.enum(['defect', 'fault', 'response']) }),
    response: z.object({ day: z.iso.date() }),
    handler: ({ params }) => {
      if (params.how === 'defect') throw new Error('duplicate key (name)=(mira.kovac) at /srv/data');
      if (params.how === 'fault') throw new Fault('query-too-slow', 'The query took too long.');
      return { day: 'mira.kovac' };
    },
  }),
];

function app(as: Identity | null, options: Partial<AppOptions> = {}) {
  const all = { routes: ROUTES, identify: async () => as, host: '127.0.0.1', log: silentLog, ...options };
  return createApp(all);
}
async function ask(as: Identity | null, path: string, init: RequestInit = {}, options: Partial<AppOptions> = {}) {
  calls.length = 0;
  const response = await app(as, options).request(`http://localhost:12339${path}`, init);
  const text = await response.text();
  return { response, status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
}
function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  const usual = { 'Content-Type': 'application/json', 'X-CSRF-Token': ANALYST.csrfToken };
  return { method: 'POST', body: JSON.stringify(body), headers: { ...usual, ...headers } };
}
const GOOD = { password: 'correct horse battery' };

describe('who may call', () => {
  test('an engineer is refused leads before anything else of the request is looked at', async () => {
    const { status, body, headers } = await ask(ENGINEER, '/api/leads?limit=nonsense');
    expect(status).toBe(403);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toEqual({
      type: 'urn:countersign:fault:forbidden',
      title: 'Forbidden',
      status: 403,
      detail: 'This is for the role analyst.',
      code: 'forbidden',
      hint: 'Your role does not include this. Ask who grants roles.',
      instance: expect.stringMatching(/^urn:countersign:request:[0-9A-Z]{12}$/),
    });
    expect(calls).toEqual([]);
  });

  test('nobody is asked to sign in, the role named is let in', async () => {
    expect(await ask(null, '/api/leads')).toMatchObject({ status: 401, body: { code: 'sign-in-required' } });
    expect(await ask(ANALYST, '/api/leads')).toMatchObject({ status: 200, body: { total: 0 } });
    expect(calls).toHaveLength(1);
  });

  test('public routes work while nobody can be identified', async () => {
    const identify = async () => {
      throw new Fault('engine-stopped', 'The store is gone.');
    };
    expect((await ask(null, '/healthz', {}, { identify })).body).toEqual({ status: 'ok' });
    expect(await ask(null, '/api/leads', {}, { identify })).toMatchObject({
      status: 503,
      body: { code: 'engine-stopped' },
    });
  });
});

describe('forgery', () => {
  const refused = { status: 403, body: { code: 'forged-request' } };

  test('an unsafe method needs the token of the session', async () => {
    expect(await ask(ANALYST, '/api/birds/wren', post(GOOD))).toMatchObject({ status: 204, body: null });
    for (const token of ['', ENGINEER.csrfToken, `${ANALYST.csrfToken}x`]) {
      expect(await ask(ANALYST, '/api/birds/wren', post(GOOD, { 'X-CSRF-Token': token }))).toMatchObject(refused);
      expect(calls).toEqual([]);
    }
  });

  test.each([
    { Origin: 'https://evil.example' },
    { Origin: 'http://localhost:12340' },
    { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'none' },
  ])('a page of another origin is refused even with the token: %o', async (headers) => {
    expect(await ask(ANALYST, '/api/birds/wren', post(GOOD, headers as Record<string, string>))).toMatchObject(refused);
  });

  test('nor may a page of another origin ask, and measure the answer', async () => {
    const asked = async (site: string) =>
      (await ask(ANALYST, '/api/leads', { headers: { 'Sec-Fetch-Site': site } })).status;
    expect([await asked('cross-site'), await asked('same-site')]).toEqual([403, 403]);
    expect([await asked('same-origin'), await asked('none')]).toEqual([200, 200]);
    const fromPage = { headers: { Origin: 'http://localhost:3000' } };
    expect(await ask(ANALYST, '/api/leads', fromPage)).toMatchObject(refused);
  });

  test('a page of ours is let in', async () => {
    const headers = { Origin: 'http://localhost:12339', 'Sec-Fetch-Site': 'same-origin' };
    expect((await ask(ANALYST, '/api/birds/wren', post(GOOD, headers))).status).toBe(204);
  });

  test('only our own names are answered to', async () => {
    const statusOf = async (url: string, options: Partial<AppOptions> = {}) =>
      (await app(null, options).request(url)).status;
    for (const host of ['localhost', '127.0.0.1:12339', '[::1]:1', 'LOCALHOST:8080']) {
      expect([host, await statusOf(`http://${host}/healthz`)]).toEqual([host, 200]);
    }
    for (const host of ['evil.example:12339', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.5']) {
      expect([host, await statusOf(`http://${host}/healthz`)]).toEqual([host, 421]);
    }
    const behindProxy = { host: '0.0.0.0', publicOrigin: 'https://countersign.example.org' };
    expect(await statusOf('http://countersign.example.org/healthz', behindProxy)).toBe(200);
    expect(await statusOf('http://localhost/healthz', behindProxy)).toBe(421);
    const headers = { Origin: 'https://countersign.example.org' };
    const through = await app(ANALYST, behindProxy).request(
      'http://countersign.example.org/api/birds/wren',
      post(GOOD, headers),
    );
    expect(through.status).toBe(204);
    expect(through.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});

describe('input', () => {
  test.each([
    ['/api/leads?limit=5000', 'query.limit'],
    ['/api/leads?levle=high', 'query.levle'],
    ['/api/leads?limit=1&limit=2', 'query.limit'],
    ['/api/leads?level=high,loud', 'query.level.1'],
    ['/api/leads?__proto__=1', 'query.__proto__'],
  ])('%s is refused, naming %s', async (path, field) => {
    const { status, body } = await ask(ANALYST, path);
    expect([status, body.code, body.errors[0].field]).toEqual([422, 'invalid-input', field]);
    expect(body.detail).toContain(field);
  });

  test('a bad body is refused without repeating what was in it', async () => {
    const short = await ask(ANALYST, '/api/birds/wren', post({ password: 'hunter2' }));
    expect([short.status, short.body.errors[0].field]).toEqual([422, 'body.password']);
    expect(JSON.stringify(short.body)).not.toContain('hunter2');
    const extra = await ask(ANALYST, '/api/birds/wren', post({ ...GOOD, role: 'admin' }));
    expect(extra.body.errors).toEqual([{ field: 'body.role', detail: 'There is no such field' }]);
    expect((await ask(ANALYST, '/api/birds/WREN', post(GOOD))).body.errors[0].field).toBe('path.name');
    expect(await ask(ANALYST, '/api/birds/wren', { ...post(GOOD), body: '{' })).toMatchObject({ status: 422 });
    expect(await ask(ANALYST, '/api/birds/wren', post(GOOD, { 'Content-Type': 'text/plain' }))).toMatchObject({
      status: 415,
    });
    const large = post({ password: 'x'.repeat(3000) });
    expect(await ask(ANALYST, '/api/birds/wren', large, { bodyLimit: 2000 })).toMatchObject({ status: 413 });
    expect(calls).toEqual([]);
  });

  test('whatever the query, the handler sees valid values or is not called', async () => {
    const word = fc.oneof(fc.constantFrom('level', 'offset', 'limit', 'high', '1', '1e3', '__proto__'), fc.string());
    const law = fc.asyncProperty(fc.array(fc.tuple(word, word), { maxLength: 4 }), async (pairs) => {
      const { status, body } = await ask(ANALYST, `/api/leads?${new URLSearchParams(pairs)}`);
      const isPlain = (value: unknown, least: number, most: number) =>
        Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
      if (status === 422) {
        expect(calls).toEqual([]);
        expect(body.errors.length).toBeGreaterThan(0);
      } else {
        expect(status).toBe(200);
        const [query] = calls as [Record<string, unknown>];
        expect(isPlain(query.offset, 0, 1e9) && isPlain(query.limit, 1, 1000)).toBe(true);
        expect(Object.keys(query).every((key) => ['level', 'offset', 'limit'].includes(key))).toBe(true);
      }
    });
    await fc.assert(law, { numRuns: 300 });
  });

  test('whatever the body, it is a problem or it was valid', async () => {
    const law = fc.asyncProperty(
      fc.oneof(fc.jsonValue(), fc.record({ password: fc.string(), wings: fc.jsonValue() })),
      async (value) => {
        const { status, body } = await ask(ANALYST, '/api/birds/wren', post(value));
        expect(status === 204 ? calls.length : body.code).toBe(status === 204 ? 1 : 'invalid-input');
      },
    );
    await fc.assert(law, { numRuns: 200 });
  });
});

describe('answers', () => {
  test('a field that the response does not name stays inside', async () => {
    expect(Object.keys((await ask(ANALYST, '/api/leads')).body)).toEqual(['total', 'query']);
  });

  test('a defect says nothing of its inside, in the answer or in the log', async () => {
    const lines: string[] = [];
    const log = openLog({ destination: { write: (line: string) => lines.push(line) } });
    for (const how of ['defect', 'response']) {
      const { status, body } = await ask(null, `/api/broken/${how}?`, {}, { log });
      expect([status, body.code]).toEqual([500, 'defect']);
      expect(JSON.stringify(body)).not.toMatch(/mira|srv/);
      expect(lines.join('')).toContain(body.instance.split(':').at(-1));
    }
    expect(await ask(null, '/api/broken/fault', {}, { log })).toMatchObject({
      status: 503,
      body: { code: 'query-too-slow' },
    });
    expect(lines.join('')).not.toMatch(/mira|srv\/data/);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ route: '/api/broken/:how', status: 500, method: 'GET' });
  });

  test('an unknown address and a wrong method are problems', async () => {
    for (const path of ['/api', '/api/nothing', '/api/leads/', '/nothing']) {
      expect(await ask(ANALYST, path)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
    const wrong = await ask(ANALYST, '/api/leads', { method: 'DELETE' });
    expect(wrong).toMatchObject({ status: 405, body: { code: 'wrong-method' } });
    expect(wrong.headers.get('allow')).toBe('GET');
  });

  test('cookies of a handler arrive one by one', async () => {
    const { headers } = await ask(ANALYST, '/api/birds/wren', post(GOOD));
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  test('every answer carries the security headers', async () => {
    const seen = await Promise.all(
      ['/api/leads', '/api/nothing', '/healthz', '/api/broken/defect'].map(async (path) => {
        const { headers } = await ask(ANALYST, path);
        return Object.fromEntries([...headers].filter(([name]) => name !== 'content-type'));
      }),
    );
    for (const headers of seen) expect(headers).toEqual(seen[0]);
    expect(seen[0]).toMatchInlineSnapshot(`
      {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
      }
    `);
  });

  test('two routes for one method and path are a mistake of ours', () => {
    expect(() => app(null, { routes: [...ROUTES, ...ROUTES] })).toThrow('GET /api/leads');
  });

  test('the API description names every route with its audience and its schemas', async () => {
    const { body } = await ask(null, '/api/openapi.json', {}, { version: '1.2.3' });
    expect(body).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    expect(Object.keys(body.paths).sort()).toEqual([
      ...['/api/birds/{name}', '/api/broken/{how}', '/api/leads', '/api/openapi.json', '/healthz'],
    ]);
    expect(body.paths['/api/leads'].get).toMatchObject({ 'x-audience': ['analyst'], security: [{ session: [] }] });
    expect(body.paths['/api/leads'].get.parameters).toMatchInlineSnapshot(`
      [
        {
          "in": "query",
          "name": "level",
          "required": false,
          "schema": {
            "type": "string",
          },
        },
        {
          "in": "query",
          "name": "offset",
          "required": false,
          "schema": {
            "default": 0,
            "maximum": 1000000000,
            "minimum": 0,
            "type": "integer",
          },
        },
        {
          "in": "query",
          "name": "limit",
          "required": false,
          "schema": {
            "default": 200,
            "maximum": 1000,
            "minimum": 1,
            "type": "integer",
          },
        },
      ]
    `);
    const post = body.paths['/api/birds/{name}'].post;
    expect(post.security).toEqual([{ session: [], csrf: [] }]);
    expect(post.requestBody.content['application/json'].schema).toMatchObject({
      required: ['password'],
      additionalProperties: false,
    });
    expect(Object.keys(post.responses)).toEqual(['204', '401', '403', '404', '422', '500']);
  });
});
