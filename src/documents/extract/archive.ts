/** Containers: zip, tar and gzip, opened in memory. Whatever a part is named, nothing is written. */
import { gunzipSync } from 'node:zlib';
import { Exhausted, type Inside, Unreadable } from './part.ts';
import { nameTrick, openZip, readEntry, safeName } from './zip.ts';

/** Hands every readable part of a container on, and reports the others. Errors: Unreadable. */
export async function unpack(bytes: Uint8Array, fileName: string, inside: Inside): Promise<void> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return await unpackGzip(bytes, fileName, inside);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return await unpackZip(bytes, inside);
  return await unpackTar(bytes, inside);
}

async function unpackZip(bytes: Uint8Array, inside: Inside): Promise<void> {
  const zip = await openZip(bytes);
  for (const entry of zip.entries) {
    if (entry.trick !== undefined) inside.trouble(entry.name, `${entry.trick}; it was read, and never written`);
    if (entry.bytes === 0) continue;
    if (entry.encrypted) {
      inside.trouble(entry.name, 'encrypted: it opens with a password alone');
      continue;
    }
    try {
      await inside.part({ name: entry.name, bytes: await readEntry(zip, entry, inside.budget) });
    } catch (error) {
      if (error instanceof Exhausted || !(error instanceof Unreadable)) throw error;
      inside.trouble(entry.name, error.message);
    }
  }
}

async function unpackGzip(bytes: Uint8Array, fileName: string, inside: Inside): Promise<void> {
  const { partBytes } = inside.budget.limits;
  let content: Uint8Array;
  try {
    content = gunzipSync(bytes, { maxOutputLength: partBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Unreadable(
      tooLarge ? `unpacks to more than ${Math.round(partBytes / 1048576)} MB` : 'a damaged gzip file',
    );
  }
  inside.budget.take(content.length);
  const base = fileName.split('/').at(-1)!;
  const name = base.replace(/\.tgz$/i, '.tar').replace(/\.gz$/i, '');
  await inside.part({ name: name === '' ? 'content' : name, bytes: content });
}

const BLOCK = 512;

/** POSIX.1-1988 ustar, with the long names of GNU (L) and of pax (x). Links and devices hold no bytes and are left out. */
async function unpackTar(bytes: Uint8Array, inside: Inside): Promise<void> {
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const size = tarNumber(header.subarray(124, 136));
    const start = at + BLOCK;
    if (size === undefined || start + size > bytes.length)
      throw new Unreadable('a damaged tar file: it ends too early');
    const content = bytes.subarray(start, start + size);
    const type = String.fromCharCode(header[156]!);
    if (type === 'L') longName = tarText(content);
    else if (type === 'x') longName = paxPath(content) ?? longName;
    else {
      const prefix = tarText(header.subarray(345, 500));
      const name = longName ?? [prefix, tarText(header.subarray(0, 100))].filter(Boolean).join('/');
      longName = undefined;
      const isFile = type === '0' || type === '\0' || type === '7';
      const trick = nameTrick(name) ?? (/[12]/.test(type) ? linkTrick(header) : undefined);
      if (trick !== undefined)
        inside.trouble(safeName(name), isFile ? `${trick}; it was read, and never written` : trick);
      if (isFile && size > 0) {
        inside.budget.take(size);
        await inside.part({ name: safeName(name), bytes: content });
      }
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

const linkTrick = (header: Uint8Array) =>
  nameTrick(tarText(header.subarray(157, 257))) === undefined ? undefined : 'a link that leads out of the archive';

const tarText = (field: Uint8Array) => {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
};

/** Octal digits, or with the highest bit set a big-endian number (GNU). */
function tarNumber(field: Uint8Array): number | undefined {
  if (field[0]! & 0x80) {
    let value = 0;
    for (const byte of field.subarray(4)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = tarText(field).trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

const paxPath = (content: Uint8Array) => /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(content))?.[1];
