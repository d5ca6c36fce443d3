import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { loadLogs } from '../events/events.ts';
import { openData } from '../stores/data.ts';
import { format, serveMetrics } from './metrics.ts';
import { openRecord } from './record.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-metrics-'));
const stop = new AbortController();
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('numbers of the machine and of the logs; of people, leads and cases none, and no name of anybody', async () => {
  const data = await openData(dir, { create: true, memoryBytes: 500_000_000 });
  const ledger = await openRecord(data);
  const sample = fileURLToPath(new URL('../events/readers/logon/', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'countersign-metrics-'));
  const { copyFileSync } = await import('node:fs');
  copyFileSync(join(sample, 'sample.csv'), join(folder, 'logon.csv'));
  await loadLogs(data.events, folder);
  const { url, closed } = await serveMetrics(data, ledger, { port: 0, signal: stop.signal });
  expect(new URL(url).hostname).toBe('127.0.0.1');
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toMatch(/^countersign_events_stored\{log="\w+"\} [1-9]\d*$/m);
  expect(text).toMatch(/^countersign_stores_up 1$/m);
  // The format: each line a comment or a sample, and each sample under a name that was declared.
  const declared = [...text.matchAll(/^# TYPE (\S+) (?:gauge|counter)$/gm)].map(([, name]) => name);
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('#')) continue;
    const [, name] = /^([a-z_0-9]+)(?:\{[a-z_]+="[^"\n]*"\})? -?[\d.e+-]+$/.exec(line) ?? [];
    expect(declared, line).toContain(name);
  }
  expect(text).not.toMatch(/lead|case|report|person|people|user|alias|signal|account/);
  const people = await data.events.rows<{ id: string }>('SELECT DISTINCT actor_user_uid AS id FROM events');
  for (const { id } of people.filter(({ id }) => id !== '')) expect(text).not.toContain(id);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/api/leads`)).status).toBe(404);
  await data.events.close();
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  stop.abort();
  await closed;
  await ledger.close();
  await data.close();
  rmSync(folder, { recursive: true });
});

test('a label cannot end its line', () => {
  const metric = { name: 'x', help: 'X.', type: 'gauge', values: [[1, { log: 'a"\n\\b' }]] } as const;
  expect(format(metric)).toBe('# HELP x X.\n# TYPE x gauge\nx{log="a\\"\\n\\\\b"} 1\n');
});

test('the service may write to its own directory alone', () => {
  const unit = readFileSync(new URL('../../deploy/countersign.service', import.meta.url), 'utf8');
  for (const line of ['ProtectSystem=strict', 'NoNewPrivileges=yes', 'PrivateTmp=yes', 'StateDirectory=countersign'])
    expect(unit).toContain(line);
});
