/** The directory, or links, as CSV. Each line stands alone: an unbalanced quote in one cannot swallow its neighbours. */
import { Fault } from '../../base/fault.ts';
import { KINDS, type LinkKind } from '../links/link.ts';
import type { Said } from './entry.ts';
import type { Bad } from './ldif.ts';

export interface TableLink {
  readonly line: number;
  readonly account: string;
  readonly person: string;
  readonly kind: LinkKind;
  readonly from: string | undefined;
  readonly until: string | undefined;
}
export interface TablePerson {
  readonly line: number;
  readonly said: Said & { readonly userName: string };
}
export type Table =
  | { readonly kind: 'links'; readonly rows: readonly TableLink[]; readonly bad: readonly Bad[] }
  | { readonly kind: 'people'; readonly rows: readonly TablePerson[]; readonly bad: readonly Bad[] };

/** Columns by the names that exports give them. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  userName: ['user_name', 'username', 'user_id', 'samaccountname', 'uid', 'account'],
  otherName: ['userprincipalname', 'upn', 'other_name'],
  email: ['email', 'mail', 'emailaddress'],
  role: ['title', 'role'],
  department: ['department', 'team'],
  manager: ['manager', 'supervisor_id'],
  active: ['active', 'enabled'],
  groups: ['groups', 'projects', 'memberof'],
  name: ['display_name', 'displayname', 'employee_name', 'name'],
};

const FIELD = /("(?:[^"]|"")*"|[^",]*)(,|$)/y;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** Throws `invalid-content` for a header that is neither. */
export function readTable(text: string, place: string): Table {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const columns = (fieldsOf(header) ?? []).map((name) => name.trim().toLowerCase());
  const isLinks = columns.includes('account') && columns.includes('person');
  const bad: Bad[] = [];
  const read = <T>(rowOf: (get: (name: string) => string | undefined, line: number) => T): T[] =>
    lines.flatMap((text, at) => {
      if (text.trim() === '') return [];
      const line = at + 2;
      try {
        const fields = fieldsOf(text);
        if (fields === undefined || fields.length > columns.length)
          throw new Error(fields ? 'more fields than the header' : 'a quote that does not end');
        return [
          rowOf((name) => (columns.includes(name) ? (fields[columns.indexOf(name)] ?? '').trim() : undefined), line),
        ];
      } catch (error) {
        bad.push({ line, message: (error as Error).message });
        return [];
      }
    });
  if (isLinks) return { kind: 'links', rows: read(linkOf), bad };
  if (columns.some((name) => NAMES.userName!.includes(name))) return { kind: 'people', rows: read(personOf), bad };
  const message = 'The header has neither account and person nor an account name such as user_name.';
  throw new Fault('invalid-content', message, { place: `${place}:1` });
}

type Get = (name: string) => string | undefined;

function linkOf(get: Get, line: number): TableLink {
  const account = get('account') ?? '';
  const kind = KINDS.find((one) => one === (get('kind') || 'own').toLowerCase());
  if (account === '') throw new Error('the account is missing');
  if (kind === undefined) throw new Error(`the kind is none of ${KINDS.join(', ')}`);
  return { line, account, person: get('person') ?? '', kind, from: dayIn(get, 'from'), until: dayIn(get, 'until') };
}

function dayIn(get: Get, name: string): string | undefined {
  const given = get(name) || undefined;
  if (given !== undefined && (!DAY.test(given) || Number.isNaN(Date.parse(given))))
    throw new Error(`${name} is not a day written YYYY-MM-DD`);
  return given;
}

function personOf(get: Get, line: number): TablePerson {
  const given = (key: string) => NAMES[key]!.map(get).find((value) => value !== undefined);
  const userName = given('userName') ?? '';
  if (userName === '') throw new Error('the account name is missing');
  const active = given('active')?.toLowerCase();
  if (active && !/^(true|false|yes|no|1|0)$/.test(active)) throw new Error('active is neither true nor false');
  const groups = given('groups');
  const said: Said & { userName: string } = {
    userName,
    ...(given('otherName') ? { otherNames: [given('otherName')!] } : {}),
    ...optional('email', given('email')),
    ...optional('role', given('role')),
    ...optional('department', given('department')),
    ...optional('manager', given('manager')),
    ...(active ? { active: /^(true|yes|1)$/.test(active) } : {}),
    ...(groups === undefined
      ? {}
      : {
          groups: groups
            .split(';')
            .map((one) => one.trim())
            .filter(Boolean),
        }),
    ...optional('name', given('name')),
  };
  return { line, said };
}

const optional = (key: string, value: string | undefined): object => (value === undefined ? {} : { [key]: value });

/** The fields of a line; undefined when a quote does not end. */
function fieldsOf(line: string): string[] | undefined {
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (;;) {
    const found = FIELD.exec(line);
    if (found === null) return undefined;
    const [, field = '', end] = found;
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === '') return FIELD.lastIndex === line.length || FIELD.lastIndex === 0 ? fields : undefined;
  }
}
