/** The body of a request: taken out of its packing within limits, then cut into lines. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { Fault } from '../base/fault.ts';
import { jsonLines, type Lines, textLines } from './frame.ts';

/** As it comes over the wire, and unpacked: a few kilobytes can unpack to gigabytes. */
export const MOST_WIRE_BYTES = 16 * 2 ** 20;
export const MOST_PLAIN_BYTES = 64 * 2 ** 20;

const UNPACK = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/**
 * The lines of a request. Content-Encoding: gzip, zstd, deflate, br or none; Content-Type: application/json is an array or
 * objects, everything else is text of lines. Errors: wrong-type, too-large, invalid-input.
 */
export async function linesOf(request: Request): Promise<Lines> {
  const packed = Buffer.from(await request.arrayBuffer());
  if (packed.length > MOST_WIRE_BYTES) throw tooLarge();
  const body = await unpack(packed, request.headers.get('content-encoding') ?? 'identity');
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type === 'application/json' ? jsonLines(body) : textLines(body);
}

async function unpack(packed: Buffer, encoding: string): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return packed;
  if (!Object.hasOwn(UNPACK, name))
    throw new Fault('wrong-type', 'The body may be packed with gzip or zstd.', { place: 'content-encoding' });
  try {
    return await UNPACK[name as keyof typeof UNPACK](packed, { maxOutputLength: MOST_PLAIN_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new Fault('invalid-input', `The body is not ${name}, or is cut off.`, { place: 'body', cause: error });
  }
}

function tooLarge(): Fault {
  const mega = 2 ** 20;
  const message = `A delivery has at most ${MOST_WIRE_BYTES / mega} MiB as it is sent, and ${MOST_PLAIN_BYTES / mega} MiB unpacked.`;
  return new Fault('too-large', message);
}
