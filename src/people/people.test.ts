import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Data, openData } from '../stores/data.ts';
import { countPeople, loadPeople, person } from './people.ts';

let data: Data;
let folder: string;

const LDAP = 'employee_name,user_id,email,role,projects,business_unit,functional_unit,department,team,supervisor';
const TABLES: Record<string, string[]> = {
  'LDAP/2026-01.csv': [
    LDAP,
    'Ada Example,ADA1,ada.example@house.example,Translator,LARCH;OAK,x,y,Language,Language 1,Bo Boss',
    'Bo Boss,BOB2,bo.boss@house.example,Head,,x,y,Language,Language 1,',
    'svc,svc_backup,,ServiceAccount,,,,,,',
  ],
  'LDAP/2026-02.csv': [
    LDAP,
    'Ada Example,ADA1,ada.example@house.example,Translator,OAK,x,y,Language,Language 1,Bo Boss',
    'Cy Torn,',
  ],
  'clearances.csv': [
    'user_id,level,from,to',
    'ADA1,internal,2020-01-01,2026-01-31',
    'ADA1,secret,2026-02-01,',
    'ADA1,cosmic,2026-02-01,',
  ],
  'travel.csv': [
    'user_id,from,to,country_code,purpose,declared_at',
    'ADA1,2026-02-10,2026-02-20,XA,work,2026-02-05',
    'ADA1,2026-03-10,2026-03-20,XB,private,',
  ],
  'contacts.csv': ['user_id,declared_at,context,note', 'ADA1,2026-01-20,"a ""free"" text","with, a comma"'],
  'departures.csv': ['user_id,notice_given,last_day', 'ADA1,2026-02-15,2026-03-31'],
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'people-'));
  mkdirSync(join(folder, 'LDAP'));
  for (const [name, lines] of Object.entries(TABLES)) writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  data = await openData(undefined);
});
afterAll(async () => {
  await data.close();
  rmSync(folder, { recursive: true });
});

describe('the directory and what people declared', () => {
  it('is loaded once, however often it is read; a row that makes no sense is set aside', async () => {
    expect(await loadPeople(data.events, folder)).toMatchObject({ bad: 2, unreadable: [] });
    await loadPeople(data.events, folder);
    const [rows] = await data.events.rows(
      'SELECT (SELECT count() FROM directory) AS people, (SELECT count() FROM clearances) AS cleared',
    );
    expect(rows).toEqual({ people: 4, cleared: 2 });
    const quarantine = await data.events.rows(
      'SELECT log_name, file_line, quarantine_reason, raw_data FROM events WHERE class_uid = 0 ORDER BY file_line',
    );
    expect(quarantine).toEqual([
      // A row of the directory holds a name, which is not kept.
      { log_name: 'LDAP/2026-02.csv', file_line: 3, quarantine_reason: 'fewer than 9 fields', raw_data: '' },
      {
        ...{ log_name: 'clearances.csv', file_line: 4 },
        quarantine_reason: 'the level is unknown',
        raw_data: 'ADA1,cosmic,2026-02-01,',
      },
    ]);
  });

  it('counts people, not services, as of a day', async () => {
    expect(await countPeople(data.events, '2026-01-15')).toBe(2);
    expect(await countPeople(data.events, '2026-02-15')).toBe(1);
  });

  it('knows of a person on a day only what was known by then', async () => {
    expect(await person(data.events, 'ADA1', '2026-01-31')).toEqual({
      ...{ user_uid: 'ADA1', role: 'Translator', clearance: 2, projects: 2, notice_given: '', away: [] },
      contacts: ['2026-01-20'],
    });
    expect(await person(data.events, 'ADA1', '2026-02-16')).toEqual({
      ...{ user_uid: 'ADA1', role: 'Translator', clearance: 4, projects: 1, notice_given: '2026-02-15' },
      away: [{ from: '2026-02-10', to: '2026-02-20' }],
      contacts: ['2026-01-20'],
    });
  });

  it('keeps nothing of where to and why', async () => {
    const columns = await data.events.rows<{ name: string }>(
      `SELECT name FROM system.columns WHERE table IN ('absences', 'declared_contacts')`,
    );
    expect(columns.map((column) => column.name).sort()).toEqual([
      'declared_on',
      'declared_on',
      'first_day',
      'last_day',
      'uid',
      'uid',
      'user_uid',
      'user_uid',
    ]);
  });
});
