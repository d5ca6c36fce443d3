import { join } from 'node:path';
import type { Events } from '../stores/clickhouse.ts';
import { dateSql, noDate, type SideTable } from '../stores/csv.ts';
import { loadSideTables, type SideOptions, type SideReport } from '../stores/folder.ts';
import { levelSql } from '../stores/level.ts';

/** The last part of a path, by which detection knows a copy elsewhere. */
export const nameOf = (path: string): string => path.split(/[\\/]/).at(-1)!;

export const REGISTER: SideTable = {
  name: 'documents.csv',
  target: 'documents',
  columns: {
    ...{ path: 'required', level: 'required', owner_team: '', project: '', registered_at: 'required' },
    ...{ sha256: '', title: '', origin: '', copies: '', custodians: '', need_to_know: '', keep_until: '' },
    working_paper: '',
  },
  faults: [
    ["path = ''", 'no path'],
    [`${levelSql('level')} = 255`, 'the level is unknown'],
    noDate('registered_at'),
    ["NOT match(copies, '^[0-9]{0,3}$')", 'copies is not a number up to 999'],
    [
      "NOT match(custodians, '^([0-9]{1,3}=[^;=]+(;[0-9]{1,3}=[^;=]+)*)?$')",
      'custodians are written 1=ACCOUNT;2=ACCOUNT',
    ],
    [`keep_until != '' AND ${dateSql('keep_until')} IS NULL`, 'keep_until is not a date'],
    [
      "lower(working_paper) NOT IN ('', 'true', 'false', 'yes', 'no', '1', '0')",
      'working_paper is neither true nor false',
    ],
    ['lengthUTF8(path) > 1000', 'the path is too long'],
    ['lengthUTF8(title) > 500 OR lengthUTF8(origin) > 500', 'the title or the origin is too long'],
  ],
  map: {
    path: 'path',
    name: "splitByChar('\\\\', replaceAll(path, '/', '\\\\'))[-1]",
    level: levelSql('level'),
    owner_team: 'owner_team',
    project: 'project',
    registered: `assumeNotNull(${dateSql('registered_at')})`,
    sha256: "if(match(sha256, '^[0-9a-fA-F]{64}$'), lower(sha256), '')",
  },
};

const decoys: SideTable = {
  name: 'decoys.csv',
  target: 'decoys',
  columns: { path: 'required', placed_at: 'required' },
  faults: [["path = ''", 'no path'], noDate('placed_at')],
  map: { path: 'path', placed: `assumeNotNull(${dateSql('placed_at')})` },
};

/** Loads the register of documents and the decoys of an organisation folder; what is stored already stays as it is. */
export function loadDocuments(events: Events, folder: string, options?: SideOptions): Promise<SideReport> {
  return loadSideTables(
    events,
    [REGISTER, decoys].map((table) => ({ table, file: join(folder, table.name) })),
    options,
  );
}

/** Loads the register from one table that lies anywhere. */
export function loadRegister(events: Events, file: string): Promise<SideReport> {
  return loadSideTables(events, [{ table: REGISTER, file }]);
}
