import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { killRounds } from './kill-rounds.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-kill-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('what was acknowledged before a kill is stored once, whenever the kill comes', async () => {
  const { acknowledged, lost, doubled } = await killRounds(dir, { rounds: 4 });
  expect(acknowledged).toBeGreaterThan(0);
  expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
}, 180_000);
