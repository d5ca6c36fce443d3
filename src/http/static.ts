import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

interface File {
  path: string;
  type: string;
  immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
/** The bundler puts files whose name holds a hash of their content into assets/. */
const HASHED = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/**
 * The console's files under `folder`. A request names a file by an exact key of a table made from the folder's
 * listing, so no path, however it is written, can lead outside; links and files of other types are not in the table.
 */
export function staticFiles(folder: string): (request: Request) => Response | null {
  let files = new Map<string, File>();
  let stamp = Number.NaN;
  const refresh = () => {
    // A new build writes index.html anew.
    const now = statistics(join(folder, 'index.html'))?.mtimeMs ?? Number.NaN;
    if (now === stamp) return;
    files = listFiles(folder);
    stamp = now;
  };
  return (request) => {
    refresh();
    const { pathname } = new URL(request.url);
    const file = files.get(pathname === '/' ? '/index.html' : pathname);
    if (file !== undefined) return send(file, request);
    if (!isPage(request, pathname)) return null;
    // A page of the console: its own router reads the address.
    const index = files.get('/index.html');
    return index === undefined ? notBuilt() : send(index, request);
  };
}

function listFiles(folder: string): Map<string, File> {
  const files = new Map<string, File>();
  if (statistics(folder) === null) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const key = `/${relative(folder, path).split(sep).join('/')}`;
    files.set(key, { path, type, immutable: HASHED.test(key) });
  }
  return files;
}

function isPage(request: Request, pathname: string): boolean {
  return (request.headers.get('accept') ?? '').includes('text/html') && extname(pathname) === '';
}

function send(file: File, request: Request): Response | null {
  const content = read(file.path);
  if (content === null) return null;
  const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  const headers = new Headers({
    'Content-Type': file.type,
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: tag,
  });
  if (request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
  return new Response(content, { headers });
}

function notBuilt(): Response {
  const text = 'The console is not built yet. Run `npm run build`, then load this page again.\n';
  return new Response(text, { status: 503, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}

function read(path: string): Uint8Array<ArrayBuffer> | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function statistics(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}
