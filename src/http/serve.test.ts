import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../base/log.ts';
import { route } from './route.ts';
import { type ServeOptions, type Serving, serve } from './serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-web-'));
const web = join(folder, 'dist');
const running: Serving[] = [];
beforeEach(() => {
  rmSync(web, { recursive: true, force: true });
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>Countersign</title>');
  writeFileSync(join(web, 'favicon.svg'), '<svg/>');
  writeFileSync(join(web, 'assets', 'index-DiwrgTda.js'), 'start()');
  symlinkSync(join(folder, 'secret.txt'), join(web, 'link.txt'));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(options: Partial<ServeOptions> = {}): Promise<Serving> {
  const usual = { routes: [], identify: async () => null, host: '127.0.0.1', port: 0, web, log: silentLog };
  const server = await serve({ ...usual, ...options });
  running.push(server);
  return server;
}

/** Sends a request as written, because fetch would tidy up its path. */
function raw(port: number, head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head}\r\nConnection: close\r\n\r\n`));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
const PAGE = { headers: { Accept: 'text/html,*/*' } };

test('serves the console: its files, and its page for every address the console knows itself', async () => {
  const { url } = await start();
  const script = await fetch(`${url}/assets/index-DiwrgTda.js`);
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(script.headers.get('content-security-policy')).toContain("script-src 'self'");
  for (const path of ['/', '/leads', '/people/7F3K?day=2026-03-01', '/index.html']) {
    const page = await fetch(url + path, PAGE);
    expect([path, page.status, page.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
    expect(await page.text()).toContain('<title>Countersign</title>');
  }
  const first = await fetch(`${url}/favicon.svg`);
  const again = await fetch(`${url}/favicon.svg`, { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
  expect([first.status, again.status]).toEqual([200, 304]);
  for (const path of ['/assets/gone-DiwrgTda.js', '/leads.js', '/api/nothing']) {
    expect([path, (await fetch(url + path, PAGE)).status]).toEqual([path, 404]);
  }
  expect((await fetch(`${url}/leads`)).status).toBe(404);
  expect((await fetch(`${url}/`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(url, { ...PAGE, method: 'HEAD' })).status).toBe(200);
});

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/..\\secret.txt',
  '/%2e%2e%5csecret.txt',
  '//secret.txt',
  '/secret.txt%00.js',
  '/link.txt',
])('nothing outside the folder is served: %s', async (path) => {
  const { port } = await start();
  const answer = await raw(port, `GET ${path} HTTP/1.1\r\nHost: localhost:${port}`);
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(answer).not.toMatch(/\r\n\r\nsecret/);
});

test('a foreign Host header is refused before anything is served', async () => {
  const { port } = await start();
  expect(await raw(port, 'GET / HTTP/1.1\r\nHost: evil.example')).toMatch(/^HTTP\/1\.1 421 /);
  expect(await raw(port, 'GET http://evil.example/ HTTP/1.1\r\nHost: localhost')).toMatch(/^HTTP\/1\.1 4\d\d /);
});

test('without a build the page says what to run, and shows the build as soon as there is one', async () => {
  rmSync(web, { recursive: true });
  const { url } = await start();
  const missing = await fetch(`${url}/leads`, PAGE);
  expect([missing.status, await missing.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  mkdirSync(web);
  writeFileSync(join(web, 'index.html'), 'first');
  expect(await (await fetch(url, PAGE)).text()).toBe('first');
  writeFileSync(join(web, 'index.html'), 'second');
  writeFileSync(join(web, 'new.js'), 'new');
  utimesSync(join(web, 'index.html'), new Date(), new Date(Date.now() + 5000));
  expect(await (await fetch(url, PAGE)).text()).toBe('second');
  expect((await fetch(`${url}/new.js`)).status).toBe(200);
});

test('a port that is taken is a fault that names it', async () => {
  const { port } = await start();
  await expect(start({ port })).rejects.toMatchObject({ code: 'port-in-use', place: `127.0.0.1:${port}` });
  await expect(start({ host: '192.0.2.1', publicOrigin: 'https://a.example' })).rejects.toMatchObject({
    code: 'usage',
  });
});

test('beyond loopback it wants to know its address, and that with TLS', async () => {
  await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'usage', place: '--public-origin' });
  const plain = start({ host: '0.0.0.0', publicOrigin: 'http://countersign.example.org' });
  await expect(plain).rejects.toThrow('in the clear');
  const { url } = await start({ publicOrigin: 'https://countersign.example.org' });
  expect(url).toBe('https://countersign.example.org');
});

test('closing lets a request under way finish and takes no new one', async () => {
  const arrived = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const slow = route({
    method: 'GET',
    path: '/api/slow',
    audience: 'public',
    summary: 'Slow.',
    response: z.object({ done: z.boolean() }),
    async handler() {
      arrived.resolve();
      await finish.promise;
      return { done: true };
    },
  });
  const stop = new AbortController();
  const { url, closed } = await start({ routes: [slow], signal: stop.signal });
  const answer = fetch(`${url}/api/slow`);
  await arrived.promise;
  stop.abort();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  finish.resolve();
  expect(await (await answer).json()).toEqual({ done: true });
  await closed;
});
