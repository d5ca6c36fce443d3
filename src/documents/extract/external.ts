/** 7z, RAR, xz and bzip2, by 7-Zip where it is installed. It writes to a pipe: no part ever reaches the disk. */
import { basename, resolve } from 'node:path';
import { type Inside, Unreadable } from './part.ts';
import { runProgram } from './program.ts';
import { nameTrick, safeName } from './zip.ts';

const PROGRAMS = ['7zz', '7z', '7za'];
const MAX_PARTS = 2000;
const MAX_LIST = 16 * 1024 * 1024;
const SECONDS = 20;

interface Listed {
  name: string;
  size: number;
  folder: boolean;
  encrypted: boolean;
}

/** Errors: Unreadable. `path` is undefined for an archive inside another one: 7-Zip needs a file. */
export async function externalParts(path: string | undefined, inside: Inside): Promise<void> {
  if (path === undefined) throw new Unreadable('an archive of another kind inside an archive: unpack it by hand');
  const program = await installed();
  if (program === undefined) throw new Unreadable('an archive of another kind; it is read where 7-Zip is installed');
  // It runs in another folder.
  const file = resolve(path);
  const listed = await list(program, file);
  if (listed.length > MAX_PARTS) throw new Unreadable(`more than ${MAX_PARTS} parts`);
  for (const { name, size, folder, encrypted } of listed) {
    if (folder) continue;
    // xz and bzip2 name nothing: what is inside is named after the file.
    const shown = name === '' ? basename(path).replace(/\.(?:xz|bz2)$/i, '') : safeName(name);
    const trick = nameTrick(name);
    if (trick !== undefined) inside.trouble(shown, `${trick}; it was read, and never written`);
    if (encrypted) inside.trouble(shown, 'encrypted: it opens with a password alone');
    else if (size > inside.budget.limits.partBytes)
      inside.trouble(shown, `unpacks to more than ${Math.round(inside.budget.limits.partBytes / 1048576)} MB`);
    else {
      const bytes = await one(program, file, name, inside.budget.limits.partBytes);
      if (bytes === undefined) inside.trouble(shown, 'a damaged part');
      else {
        inside.budget.take(bytes.length);
        await inside.part({ name: shown, bytes });
      }
    }
  }
}

let found: Promise<string | undefined> | undefined;

function installed(): Promise<string | undefined> {
  found ??= (async () => {
    for (const program of PROGRAMS) {
      const works = await runProgram(program, ['i'], { seconds: 10, maxOutput: 1 << 20 }).catch(() => undefined);
      if (works) return program;
    }
    return undefined;
  })();
  return found;
}

/** `-p` with an empty password: it must never wait for one. */
async function list(program: string, path: string): Promise<Listed[]> {
  const words = ['l', '-slt', '-ba', '-p', '-sccUTF-8', '--', path];
  const listing = await runProgram(program, words, { seconds: SECONDS, maxOutput: MAX_LIST }).catch(() => {
    throw new Unreadable('a damaged archive, or an encrypted one');
  });
  return listing.output
    .toString('utf8')
    .split(/\r?\n\r?\n/)
    .map((block) => new Map(block.split(/\r?\n/).map((line) => line.split(/ = (.*)/s, 2) as [string, string])))
    .map((fields) => ({
      name: fields.get('Path') ?? '',
      size: Number(fields.get('Size') ?? 0),
      folder: fields.get('Folder') === '+' || /^D/.test(fields.get('Attributes') ?? ''),
      encrypted: fields.get('Encrypted') === '+',
    }))
    .filter((listed) => listed.name !== '' || listed.size > 0);
}

async function one(program: string, path: string, name: string, maxOutput: number): Promise<Buffer | undefined> {
  // -spd: a name is a name and no pattern. A stream without a name (xz, bzip2) is all there is.
  const words = ['x', '-so', '-p', '-spd', '-sccUTF-8', '--', path, ...(name === '' ? [] : [name])];
  const result = await runProgram(program, words, { seconds: SECONDS, maxOutput }).catch(() => undefined);
  return result?.output;
}
