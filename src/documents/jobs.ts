import { join } from 'node:path';
import { levelSql } from '../base/level.ts';
import type { Events } from '../stores/clickhouse.ts';
import { dateSql, noDate, type SideTable } from '../stores/csv.ts';
import { loadSideTables, type SideOptions, type SideReport } from '../stores/folder.ts';

const register: SideTable = {
  name: 'documents.csv',
  target: 'documents',
  columns: {
    ...{ path: 'required', level: 'required', owner_team: '', project: '', registered_at: 'required' },
    sha256: '',
  },
  faults: [["path = ''", 'no path'], [`${levelSql('level')} = 255`, 'the level is unknown'], noDate('registered_at')],
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
    [register, decoys].map((table) => ({ table, file: join(folder, table.name) })),
    options,
  );
}

/** Loads the register from one table that lies anywhere. */
export function loadRegister(events: Events, file: string): Promise<SideReport> {
  return loadSideTables(events, [{ table: register, file }]);
}
