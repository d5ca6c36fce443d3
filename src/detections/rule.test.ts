import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { FIELDS, type Rule, rules } from './rule.ts';

const ZERO = { String: "''", Bool: 'false', UInt32: 'toUInt32(0)' };
let events: Events;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rules-'));
  events = await openEmbedded(dir);
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Whether an observation with these fields, all others empty, meets the rule's condition: asked of the real engine. */
async function meets(rule: Rule, observation: Record<string, unknown>): Promise<boolean> {
  const fields = Object.entries(FIELDS).map(([name, type]) =>
    name in observation ? `{given_${name}:${type}} AS ${name}` : `${ZERO[type]} AS ${name}`,
  );
  const given = Object.fromEntries(
    Object.entries(observation).map(([name, value]) => [
      `given_${name}`,
      FIELDS[name] === 'Bool' ? Number(value) : value,
    ]),
  );
  const [row] = await events.rows<{ met: number }>(
    `SELECT toUInt8(${rule.condition.sql}) AS met FROM (SELECT ${fields.join(', ')})`,
    { ...given, ...rule.condition.parameters },
  );
  return row!.met === 1;
}

describe.each(rules().map((rule) => [rule.id, rule] as const))('the detection %s', (_, rule) => {
  it.each(rule.tests)('$name', async ({ observation, match }) => {
    for (const field of Object.keys(observation)) expect(FIELDS, `field of the test`).toHaveProperty(field);
    expect(await meets(rule, observation)).toBe(match);
  });

  it('has an example that meets it and one that does not', () => {
    expect(new Set(rule.tests.map((test) => test.match))).toEqual(new Set([true, false]));
  });
});

describe('a folder of detections', () => {
  const folder = () => `${mkdtempSync(join(tmpdir(), 'content-'))}/`;

  it('names the file and what is wrong with it', () => {
    const path = folder();
    writeFileSync(join(path, 'broken.yml'), 'title: { en: x, zh-CN: y }\n');
    expect(() => rules(path)).toThrowError(
      expect.objectContaining({ code: 'invalid-content', place: join(path, 'broken.yml') }),
    );
  });

  it('refuses a detection without an innocent explanation', () => {
    const path = folder();
    const good = rules()[0]!;
    const { id: _, condition: __, ...content } = good;
    writeFileSync(join(path, 'harsh.yml'), JSON.stringify({ ...content, falsepositives: [] }));
    expect(() => rules(path)).toThrowError(/falsepositives/);
  });
});
