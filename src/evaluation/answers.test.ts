import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../base/fault.ts';
import { simulate } from '../worlds/worlds.ts';
import { readAlerts } from './alerts.ts';
import { readAnswers } from './answers.ts';
import { readTable } from './table.ts';

const WORLD = fileURLToPath(new URL('./fixtures/world/', import.meta.url));
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-answers-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function faultOf(work: () => unknown): Fault {
  try {
    work();
  } catch (fault) {
    return fault as Fault;
  }
  throw new Error('nothing was thrown');
}

test('people of one group are one case; what left twice left the first time', () => {
  const { cases, people, days } = readAnswers(WORLD);
  expect({ people, days }).toEqual({ people: 120, days: 66 });
  const pair = cases.find(({ id }) => id === 'G4')!;
  expect([...pair.people.keys()]).toEqual(['USR030', 'USR031']);
  expect(pair.losses.size).toBe(31);
  expect(cases.find(({ scenario }) => scenario === 'D')!.accounts).toEqual(['USR021', 'USR022']);
  expect(cases.find(({ scenario }) => scenario === 'E')!.id).toBe('E-USR040');
  expect(cases.filter(({ malicious }) => !malicious).map(({ label }) => label)).toEqual(['turned_back']);
});

test('what simulate writes can be read', async () => {
  const [out, answers] = [join(dir, 'world'), join(dir, 'answers')];
  await simulate({ people: 30, days: 40, seed: 3, out, answers });
  const read = readAnswers(answers);
  expect(read).toMatchObject({ people: 30, days: 40 });
  expect(read.cases.some(({ losses }) => losses.size > 0)).toBe(true);
});

describe('a bad row is named with file and line', () => {
  test.for<[file: string, change: (text: string) => string, line: number, said: string]>([
    ['insiders.csv', (text) => text.replace('start', 'begin'), 1, 'the header has no column start'],
    ['insiders.csv', (text) => text.replace(/(A,USR003),[^,]+/, '$1,02/30/2026 10:00:00'), 2, 'start is not a time'],
    ['lookalikes.csv', (text) => text.replace(/\n[^,]+,/, '\n,'), 2, 'user is empty'],
    ['A-USR003.csv', (text) => text.replace(/,(top_secret|secret),/, ',grave,'), 0, 'level is none of'],
    ['lookalikes.csv', (text) => `${text}USR001,"audit`, 18, 'a quote is not closed'],
    ['world.json', (text) => text.replace('66', '0'), 0, 'days'],
    ['world.json', () => '{', 0, 'this is not JSON'],
  ])('%s', ([file, change, line, said]) => {
    cpSync(WORLD, dir, { recursive: true });
    const path = join(dir, file);
    const text = readFileSync(path, 'utf8');
    expect(change(text)).not.toBe(text);
    writeFileSync(path, change(text));
    const fault = faultOf(() => readAnswers(dir));
    expect(fault.code).toBe('invalid-content');
    expect(fault.message).toContain(said);
    expect(fault.place).toMatch(line > 0 ? new RegExp(`${file}:${line}$`) : new RegExp(`${file}(:\\d+)?$`));
  });

  test('and so is a bad alert', () => {
    const file = join(dir, 'alerts.csv');
    writeFileSync(file, 'date,user,score\n2026-01-05,ABC0001,1\n\n2026-01-06,ABC0002,high\n');
    expect(faultOf(() => readAlerts(file))).toMatchObject({
      message: "score is not a number: 'high'",
      place: `${file}:4`,
    });
  });
});

test('what is not there is said to be missing', () => {
  expect(faultOf(() => readAnswers(join(dir, 'nowhere')))).toMatchObject({ code: 'folder-not-found' });
  cpSync(WORLD, dir, { recursive: true });
  rmSync(join(dir, 'B-USR010.csv'));
  expect(faultOf(() => readAnswers(dir))).toMatchObject({ code: 'not-found', place: join(dir, 'B-USR010.csv') });
});

describe('a table', () => {
  const read = (text: string) => {
    const file = join(dir, 'table.csv');
    writeFileSync(file, text);
    return readTable(file, ['a', 'b']);
  };

  test('keeps what is quoted, and its lines', () => {
    const [one, two] = read('\uFEFFa,b\r\n"x, ""y""\nz",1\r\nplain,2');
    expect([one!.text('a'), one!.number('b')]).toEqual(['x, "y"\nz', 1]);
    expect([two!.text('a'), two!.number('b')]).toEqual(['plain', 2]);
    expect(faultOf(() => two!.time('a')).place).toMatch(/table\.csv:4$/);
  });

  test('reads a time in each spelling; a bare date may be its end', () => {
    const [row] = read('a,b,c,d\n01/31/2026 09:08:07,2026-01-31T09:08,2026-01-31,2026-01-31 24:00:00');
    const day = Date.UTC(2026, 0, 31) / 1000;
    expect(row!.time('a')).toBe(day + 9 * 3600 + 8 * 60 + 7);
    expect(row!.time('b')).toBe(day + 9 * 3600 + 8 * 60);
    expect([row!.time('c'), row!.time('c', true)]).toEqual([day, day + 86_399]);
    expect(faultOf(() => row!.time('d')).code).toBe('invalid-content');
  });
});
