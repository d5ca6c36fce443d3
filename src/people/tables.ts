/**
 * How the directory and people's declarations are read from an organisation folder. What is not needed is not read:
 * country codes and purposes of trips, the free text of declared contacts, and psychometric.csv as a whole.
 * Names are read by the room of identities alone, to be sealed.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dateSql, noDate, type SideTable } from '../stores/csv.ts';
import { levelSql } from '../stores/level.ts';

const openEnd = (column: string) => `if(\`${column}\` = '', toDate('2149-06-06'), assumeNotNull(${dateSql(column)}))`;
const known = (column: string) => `assumeNotNull(${dateSql(column)})`;
const noUser: [string, string] = ["user_id = ''", 'no user_id'];

const clearances: SideTable = {
  name: 'clearances.csv',
  target: 'clearances',
  columns: { user_id: 'required', level: 'required', from: 'required', to: '' },
  faults: [
    noUser,
    [`${levelSql('level')} = 255`, 'the level is unknown'],
    noDate('from'),
    [`\`to\` != '' AND ${dateSql('to')} IS NULL`, 'to is not a date'],
  ],
  map: { user_uid: 'user_id', level: levelSql('level'), valid_from: known('from'), valid_to: openEnd('to') },
};

const absences: SideTable = {
  name: 'travel.csv',
  target: 'absences',
  columns: { user_id: 'required', from: 'required', to: 'required', declared_at: '' },
  faults: [
    noUser,
    noDate('from'),
    noDate('to'),
    [`declared_at != '' AND ${dateSql('declared_at')} IS NULL`, 'declared_at is not a date'],
  ],
  map: {
    user_uid: 'user_id',
    first_day: known('from'),
    last_day: known('to'),
    // Never declared: never known.
    declared_on: openEnd('declared_at'),
  },
};

const contacts: SideTable = {
  name: 'contacts.csv',
  target: 'declared_contacts',
  columns: { user_id: 'required', declared_at: 'required' },
  faults: [noUser, noDate('declared_at')],
  map: { user_uid: 'user_id', declared_on: known('declared_at') },
};

const departures: SideTable = {
  name: 'departures.csv',
  target: 'departures',
  columns: { user_id: 'required', notice_given: 'required', last_day: 'required' },
  faults: [noUser, noDate('notice_given'), noDate('last_day')],
  map: { user_uid: 'user_id', notice: known('notice_given'), last_day: known('last_day') },
};

/** One file a month, LDAP/2025-01.csv: known from the first of its month on. */
function directory(month: string): SideTable {
  return {
    name: `LDAP/${month}.csv`,
    target: 'directory',
    holdsNames: true,
    columns: {
      user_id: 'required',
      email: '',
      role: '',
      projects: '',
      department: '',
      functional_unit: '',
      team: '',
    },
    faults: [noUser],
    map: {
      valid_from: `toDate('${month}-01')`,
      user_uid: 'user_id',
      email: 'lower(email)',
      role: 'role',
      projects: "arrayFilter(project -> project != '', splitByChar(';', projects))",
      department: "if(department = '', functional_unit, department)",
      team: "if(team = '', department, team)",
    },
  };
}

/** Every people table that `folder` may hold, with its file. */
export function peopleTables(folder: string): { table: SideTable; file: string }[] {
  const fixed = [clearances, absences, contacts, departures].map((table) => ({
    table,
    file: join(folder, table.name),
  }));
  return [
    ...fixed,
    ...months(folder).map((month) => ({ table: directory(month), file: join(folder, `LDAP/${month}.csv`) })),
  ];
}

function months(folder: string): string[] {
  try {
    const names = readdirSync(join(folder, 'LDAP'));
    return names.flatMap((name) => /^(\d{4}-(?:0[1-9]|1[0-2]))\.csv$/.exec(name)?.[1] ?? []).sort();
  } catch {
    return []; // a folder without a directory of people is normal
  }
}
