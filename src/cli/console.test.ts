import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToken } from '../access/access.ts';
import { silentLog } from '../base/log.ts';
import type { Serving } from '../http/serve.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Data, openData } from '../stores/data.ts';
import { consoleAccess, consoleConfig, serveConsole } from './console.ts';
import { openRecord } from './record.ts';

let folder: string;
let data: Data;
let ledger: Ledger;
let server: Serving;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-'));
  data = await openData(join(folder, 'data'), { create: true });
  ledger = await openRecord(data);
  const config = { ...consoleConfig(data.dir, undefined), port: 0 };
  const access = consoleAccess(data, config, ledger);
  const { signal } = new AbortController();
  server = await serveConsole(data, config, access, { ledger, synthetic: true, signal, log: silentLog });
  ({ token } = await createToken(access, { source: 'email' }));
});
afterAll(async () => {
  await server.close();
  await ledger.close();
  await data.close();
  rmSync(folder, { recursive: true });
});

test('a shipper’s token opens no route of the console that is not for shippers', async () => {
  const description = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-audience': unknown }>>;
  };
  const routes = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { 'x-audience': audience }]) => ({ path, method, audience })),
  );
  const kept = routes.filter(({ audience }) => audience !== 'public' && audience !== 'shipper');
  expect(kept.length).toBeGreaterThan(25);
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  for (const { path, method } of kept) {
    const body = method === 'get' ? null : '{}';
    const url = server.url + path.replaceAll(/\{\w+\}/g, 'X');
    const response = await fetch(url, { method: method.toUpperCase(), headers, body });
    expect(response.status, `${method} ${path}`).toBe(401);
  }
});

test('what anybody may call without a session is a short list', async () => {
  const description = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-audience': unknown }>>;
  };
  const open = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, one]) => (one['x-audience'] === 'public' ? [`${method} ${path}`] : [])),
  );
  expect(open.sort()).toEqual([
    'get /api/openapi.json',
    'get /api/session/ways',
    'get /healthz',
    'post /api/session',
    'post /api/session/passkey',
    'post /api/session/passkey/options',
  ]);
});
