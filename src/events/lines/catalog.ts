/** Every reader there is: those of the program, and an organisation's own in folders beside its data. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../base/fault.ts';
import { FOLDER, readers } from '../reader.ts';
import type { AnyReader } from './compile.ts';
import { type LineReader, readLineMapping } from './mapping.ts';

/** The readers of single lines; an organisation's own come first and take the place of one of the same name. */
export function lineReaders(folders: readonly string[] = []): LineReader[] {
  const own = folders.flatMap(readersIn);
  const names = new Set(own.map(({ log_name }) => log_name));
  return [...own, ...builtIn().filter(({ log_name }) => !names.has(log_name))];
}

/** The folder of an organisation's own readers in its data directory, if it has any. */
export function ownReaders(dataDir: string): string[] {
  const folder = join(dataDir, 'readers');
  return existsSync(folder) ? [folder] : [];
}

let known: LineReader[] | undefined;
function builtIn(): LineReader[] {
  known ??= readersIn(FOLDER);
  return known;
}

/** The readers in the folders below one; a folder with a sample.csv reads a table of an organisation folder. */
function readersIn(folder: string): LineReader[] {
  if (!existsSync(folder)) throw new Fault('not-found', 'there is no such folder of readers', { place: folder });
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'mapping.yml')))
    .filter((entry) => !existsSync(join(folder, entry.name, 'sample.csv')))
    .map(({ name }) => name)
    .sort()
    .map((name) => readLineMapping(join(folder, name)));
}

/** The reader of this name. Errors: not-found, with the names there are. */
export function readerNamed(name: string, lines: readonly LineReader[]): AnyReader {
  const all: AnyReader[] = [...lines, ...readers()];
  const found = all.find(({ log_name }) => log_name === name);
  if (found !== undefined) return found;
  throw new Fault('not-found', `no reader is called ${name}; there are: ${all.map((one) => one.log_name).join(', ')}`);
}
