/** Zip files in memory, one part at a time and none larger than allowed. Nothing is written anywhere. */
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { type Budget, Unreadable } from './part.ts';

export interface ZipEntry {
  readonly name: string;
  /** Why the name would be dangerous to unpack, or undefined. */
  readonly trick: string | undefined;
  readonly encrypted: boolean;
  readonly bytes: number;
  readonly entry: yauzl.Entry;
}

export interface Zip {
  readonly file: yauzl.ZipFile;
  readonly entries: ZipEntry[];
}

const MAX_ENTRIES = 100_000;
/** Unpacks to more than so many times its size: that is no text any more, and a bomb. */
const BOMB = 900;

const openBuffer = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer);

/** The directory of a zip file. Errors: Unreadable. */
export async function openZip(bytes: Uint8Array): Promise<Zip> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const file = await openBuffer(buffer, { lazyEntries: true, decodeStrings: false, validateEntrySizes: true }).catch(
    (error: Error) => {
      throw new Unreadable(`a damaged zip file (${error.message.slice(0, 80)})`);
    },
  );
  const entries: ZipEntry[] = [];
  await new Promise<void>((resolve, reject) => {
    file.on('error', (error: Error) => reject(new Unreadable(`a damaged zip file (${error.message.slice(0, 80)})`)));
    file.on('end', resolve);
    file.on('entry', (entry: yauzl.Entry) => {
      if (entries.length >= MAX_ENTRIES) return reject(new Unreadable(`a zip file of more than ${MAX_ENTRIES} parts`));
      entries.push(described(entry));
      file.readEntry();
    });
    file.readEntry();
  });
  return { file, entries };
}

function described(entry: yauzl.Entry): ZipEntry {
  const raw = entry.fileName as unknown as Buffer;
  // Bit 11 says UTF-8; without it the name is in the code page of whoever packed it, which in practice is UTF-8 or GBK.
  const name = decodeName(raw);
  return {
    name: safeName(name),
    trick: nameTrick(name),
    encrypted: (entry.generalPurposeBitFlag & 1) !== 0,
    bytes: entry.uncompressedSize,
    entry,
  };
}

function decodeName(raw: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return new TextDecoder('gb18030').decode(raw);
  }
}

/** What a careless program would write outside its folder under this name, or undefined. */
export function nameTrick(name: string): string | undefined {
  const slashed = name.replaceAll('\\', '/');
  if (/^(?:\/|[A-Za-z]:)/.test(slashed)) return 'its name is an absolute path';
  if (slashed.split('/').includes('..')) return 'its name leads out of the archive';
  if (name.includes('\0')) return 'its name holds a NUL';
  return undefined;
}

/** A name to show: without the ways out, and without what a terminal or page would obey. */
export function safeName(name: string): string {
  const parts = name
    .replaceAll('\\', '/')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
    .replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.join('/').slice(0, 1000) || 'unnamed';
}

/** One part, unpacked. Errors: Unreadable, also when it is larger than allowed or than it says. */
export async function readEntry({ file }: Zip, { entry, bytes }: ZipEntry, budget: Budget): Promise<Uint8Array> {
  const { partBytes } = budget.limits;
  if (bytes > partBytes) throw new Unreadable(`unpacks to more than ${Math.round(partBytes / 1048576)} MB`);
  if (bytes > 1_000_000 && bytes > BOMB * entry.compressedSize)
    throw new Unreadable(`unpacks to ${BOMB} times its size and more`);
  budget.take(bytes);
  return await new Promise<Uint8Array>((resolve, reject) => {
    const fail = (error: Error) => reject(new Unreadable(`a damaged part (${error.message.slice(0, 80)})`));
    file.openReadStream(entry, (error, stream) => {
      if (error) return fail(error);
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > partBytes) stream.destroy(new Error('larger than it says'));
        else chunks.push(chunk);
      });
      stream.on('end', () => resolve(Buffer.concat(chunks)));
      stream.on('error', fail);
    });
  });
}
