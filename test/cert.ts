/** An organisation folder cut down to what the public CERT releases hold: no register, no projects, no clearances. */
import { changed, type Folder } from './folders.ts';

export type Release = 'r4.2' | 'r5.2';

const PEOPLE = 'employee_name,user_id,email,role,business_unit,functional_unit,department,team,supervisor';
const COLUMNS: Record<Release, Record<string, string>> = {
  'r4.2': {
    'logon.csv': 'id,date,user,pc,activity',
    'device.csv': 'id,date,user,pc,activity',
    'file.csv': 'id,date,user,pc,filename,content',
    'email.csv': 'id,date,user,pc,to,cc,bcc,from,size,attachments,content',
    'http.csv': 'id,date,user,pc,url,content',
  },
  'r5.2': {
    'logon.csv': 'id,date,user,pc,activity',
    'device.csv': 'id,date,user,pc,file_tree,activity',
    'file.csv': 'id,date,user,pc,filename,activity,to_removable_media,from_removable_media,content',
    'email.csv': 'id,date,user,pc,to,cc,bcc,from,activity,size,attachments,content',
    'http.csv': 'id,date,user,pc,url,activity,content',
  },
};

/** What the release's logs would hold of these days; `words`: how long every content is. */
export function certFolder(full: Folder, release: Release, words: number): Folder {
  const logs = COLUMNS[release];
  const kept = new Map([...full].filter(([name]) => name in logs || name.startsWith('LDAP/')));
  return new Map(
    [...changed(kept, (rows, name) => rows.filter((row) => release === 'r5.2' || logged(name, row)))].map(
      ([name, { header, rows }]) => {
        const from = header.split(',');
        const columns = (logs[name] ?? PEOPLE).split(',');
        const cut = (row: string) => {
          const fields = row.split(',');
          return columns
            .map((column) => value(column, fields[from.indexOf(column)] ?? '', release, name, words))
            .join(',');
        };
        return [name, { header: columns.join(','), rows: rows.map(cut) }];
      },
    ),
  );
}

/** Of files the early releases log copies to removable media alone, of mail what is sent. */
function logged(name: string, row: string): boolean {
  if (name === 'file.csv') return row.includes(',True,False,');
  return name !== 'email.csv' || row.includes(',Send,');
}

function value(column: string, text: string, release: Release, name: string, words: number): string {
  if (column === 'content') return prose(text, words);
  if (release === 'r5.2') return text;
  // A bare name and a count of attachments are all there is.
  if (column === 'filename') return text.slice(text.lastIndexOf('\\') + 1);
  if (column === 'attachments' && name === 'email.csv') return `${text === '' ? 0 : text.split(';').length}`;
  return text;
}

const FILLER =
  'during difficulty overall remain representatives middle systems later among several measured results'.split(' ');

/** The key words of a content, drowned in a page of text. */
function prose(text: string, words: number): string {
  const own = text === '' ? [] : text.split(' ');
  const filler = Array.from(
    { length: Math.max(0, words - own.length) },
    (_, i) => FILLER[(i * 7 + own.length) % FILLER.length]!,
  );
  return [...own, ...filler].join(' ');
}
