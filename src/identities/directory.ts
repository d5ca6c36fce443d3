/** Names in the directory's files. They are read to be sealed and kept nowhere else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headerNames } from '../stores/csv.ts';
import type { Identity } from './layers.ts';

const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])\.csv$/;
const FIELD = /("(?:[^"]|"")*"|[^,]*)(?:,|$)/g;

/** Everybody whom a month names, as the latest one has it; services are nobody. A row without a name is passed over. */
export function readNames(folder: string): Map<string, Identity> {
  const people = new Map<string, Identity>();
  for (const file of directoryFiles(folder)) {
    const [header = '', ...rows] = readFileSync(file, 'utf8').split(/\r?\n/);
    const names = headerNames(header);
    const [user, name, address, role] = ['user_id', 'employee_name', 'email', 'role'].map((one) => names.indexOf(one));
    if (user === -1 || name === -1) continue;
    for (const row of rows) {
      const fields = fieldsOf(row);
      if (!fields[user!] || !fields[name!] || fields[role!] === 'ServiceAccount') continue;
      people.set(fields[user!]!, { user: fields[user!]!, name: fields[name!]!, address: fields[address!] ?? '' });
    }
  }
  return people;
}

/** The directory's files in the order of their months. */
export function directoryFiles(folder: string): string[] {
  try {
    const names = readdirSync(join(folder, 'LDAP')).filter((name) => MONTH.test(name));
    return names.sort().map((name) => join(folder, 'LDAP', name));
  } catch {
    return []; // a folder without a directory of people is normal
  }
}

function fieldsOf(row: string): string[] {
  const found = [...row.matchAll(FIELD)].map((match) => match[1] ?? '');
  return found.map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field).trim());
}
