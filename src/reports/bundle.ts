/**
 * The portal's static files as they are served: read once, hashed as a whole. Whoever builds the same source gets the
 * same bytes and so the same hash, and can say whether a server hands out something else.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../base/fault.ts';

export const DIST = fileURLToPath(new URL('../../portal/dist', import.meta.url));

export interface Bundle {
  /** SHA-256 of the list of files: a line `<SHA-256>  <path>` for each, in the order of their paths. */
  readonly hash: string;
  readonly files: ReadonlyMap<
    string,
    { readonly type: string; readonly content: Uint8Array<ArrayBuffer>; readonly sha256: string }
  >;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the built portal. Throws `not-found` where it has not been built. */
export function readBundle(folder = DIST): Bundle {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Fault('not-found', 'The portal is not built. Run `npm run build`.', { place: folder });
  }
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).filter((path) => TYPES[extname(path)]);
  const files = paths
    .map((path) => ({
      name: relative(folder, path).split(sep).join('/'),
      content: readFileSync(path),
      type: TYPES[extname(path)]!,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, content, type }) => [name, { type, content, sha256: sha256(content) }] as const);
  return { hash: sha256(files.map(([name, file]) => `${file.sha256}  ${name}\n`).join('')), files: new Map(files) };
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
