/** LDIF, RFC 2849: what a directory exports. A record that cannot be read costs itself and no other. */

/** A change to one attribute of an entry, by its name in small letters, without options. */
export interface Modification {
  readonly op: 'add' | 'delete' | 'replace';
  readonly attribute: string;
  readonly values: readonly string[];
}

interface Common {
  /** Line of the record's first line in the file, from 1. */
  readonly line: number;
  readonly dn: string;
}
export type LdifRecord =
  | (Common & { readonly kind: 'add'; readonly attributes: ReadonlyMap<string, readonly string[]> })
  | (Common & { readonly kind: 'modify'; readonly modifications: readonly Modification[] })
  | (Common & { readonly kind: 'delete' })
  | (Common & { readonly kind: 'rename'; readonly newRdn: string; readonly newSuperior: string | undefined });

export interface Bad {
  readonly line: number;
  readonly message: string;
}

/** A logical line: what was folded is one again. */
interface Line {
  readonly at: number;
  readonly text: string;
}

class Unreadable extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Every record in the order of the file, and what could not be read. */
export function readLdif(text: string): { records: LdifRecord[]; bad: Bad[] } {
  const records: LdifRecord[] = [];
  const bad: Bad[] = [];
  for (const lines of blocksOf(text)) {
    try {
      const record = recordOf(lines);
      if (record !== undefined) records.push(record);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      bad.push({ line: error.line, message: error.message });
    }
  }
  return { records, bad };
}

/** Lines between empty ones, unfolded, without comments. */
function* blocksOf(text: string): Generator<Line[]> {
  let block: { at: number; text: string }[] = [];
  let number = 0;
  for (const raw of text.replace(/^\uFEFF/, '').split('\n')) {
    number += 1;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const last = block.at(-1);
    if (line === '') {
      if (block.length > 0) yield block.filter((one) => !one.text.startsWith('#'));
      block = [];
    } else if (line.startsWith(' ') && last !== undefined) last.text += line.slice(1);
    else block.push({ at: number, text: line });
  }
  if (block.length > 0) yield block.filter((one) => !one.text.startsWith('#'));
}

function recordOf(block: readonly Line[]): LdifRecord | undefined {
  const lines = /^version:/i.test(block[0]?.text ?? '') ? block.slice(1) : [...block];
  const first = lines.shift();
  if (first === undefined) return undefined;
  const { name, value: dn } = pairOf(first);
  if (name !== 'dn' || dn === '') throw new Unreadable(first.at, 'a record begins with its dn');
  const common = { line: first.at, dn };
  while (/^control:/i.test(lines[0]?.text ?? '')) lines.shift();
  const change = lines[0] === undefined ? undefined : /^changetype:/i.test(lines[0].text) ? lines.shift() : undefined;
  const type = change === undefined ? 'add' : pairOf(change).value.toLowerCase();
  if (type === 'add') return { ...common, kind: 'add', attributes: attributesOf(lines) };
  if (type === 'delete') return { ...common, kind: 'delete' };
  if (type === 'modify') return { ...common, kind: 'modify', modifications: modificationsOf(lines) };
  if (type === 'modrdn' || type === 'moddn') return { ...common, kind: 'rename', ...newNameOf(lines, first.at) };
  throw new Unreadable(change!.at, 'changetype is none of add, modify, delete, modrdn, moddn');
}

function attributesOf(lines: readonly Line[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const { name, value } = pairOf(line);
    const values = found.get(name);
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  }
  return found;
}

function modificationsOf(lines: readonly Line[]): Modification[] {
  const found: Modification[] = [];
  let open: { op: Modification['op']; attribute: string; values: string[] } | undefined;
  for (const line of lines) {
    if (line.text.trimEnd() === '-') {
      if (open === undefined) throw new Unreadable(line.at, 'a dash without a modification before it');
      found.push(open);
      open = undefined;
      continue;
    }
    const { name, value } = pairOf(line);
    if (open === undefined) {
      if (name !== 'add' && name !== 'delete' && name !== 'replace') {
        throw new Unreadable(line.at, 'a modification begins with add, delete or replace');
      }
      open = { op: name, attribute: plain(value), values: [] };
    } else if (name === open.attribute) open.values.push(value);
    else throw new Unreadable(line.at, `the modification is of ${open.attribute} and this line of another attribute`);
  }
  // The last dash is left out by some programs.
  return open === undefined ? found : [...found, open];
}

function newNameOf(lines: readonly Line[], at: number) {
  const values = attributesOf(lines);
  const newRdn = values.get('newrdn')?.[0] ?? '';
  if (!/^[^=]+=./.test(newRdn)) throw new Unreadable(at, 'a rename needs newrdn, an attribute and its value');
  return { newRdn, newSuperior: values.get('newsuperior')?.[0] };
}

/** `name: text`, `name:: base64`; a value in another file (`name:< url`) is not fetched. */
function pairOf({ at, text }: Line): { name: string; value: string } {
  const found = /^([A-Za-z0-9][A-Za-z0-9.;_-]*):([:<]?) *(.*)$/s.exec(text);
  if (found === null) throw new Unreadable(at, 'a line is a name, a colon and a value');
  const [, name = '', mark, rest = ''] = found;
  if (mark === '<') throw new Unreadable(at, `the value of ${plain(name)} lies elsewhere, and is not fetched`);
  if (mark === '') return { name: plain(name), value: rest };
  const base64 = rest.trim();
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 === 1) {
    throw new Unreadable(at, `the value of ${plain(name)} is not base64`);
  }
  const bytes = Buffer.from(base64, 'base64');
  try {
    return { name: plain(name), value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    // A photo or a certificate: nothing that is read here, and no reason to lose the record.
    return { name: plain(name), value: '' };
  }
}

/** An attribute's name without options such as ;lang-en. */
const plain = (name: string): string => name.split(';')[0]!.trim().toLowerCase();

/** A distinguished name in one form: capitals and spaces around its signs disregarded. */
export function dnKey(dn: string): string {
  return partsOf(dn)
    .map((part) =>
      part
        .replace(/^\s*([^=]+?)\s*=\s*/, '$1=')
        .trim()
        .toLowerCase(),
    )
    .join(',');
}

/** Attribute and value of the first part of a distinguished name, escapes resolved: RFC 4514. */
export function firstRdn(dn: string): { attribute: string; value: string } {
  const [attribute = '', ...rest] = (partsOf(dn)[0] ?? '').split('=');
  const bytes = rest.join('=').trim();
  const value = bytes.replace(/(?:\\[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
  return { attribute: attribute.trim().toLowerCase(), value: value.replace(/\\(.)/g, '$1') };
}

/** The distinguished name after a rename. */
export function renamed(dn: string, newRdn: string, newSuperior: string | undefined): string {
  return [newRdn, newSuperior ?? partsOf(dn).slice(1).join(',')].filter((part) => part !== '').join(',');
}

const partsOf = (dn: string): string[] => dn.match(/(?:\\.|[^\\,])+/g) ?? [];
