/** Walking a folder that somebody else has filled. Links are not followed: one may lead anywhere, or in a circle. */
import { lstat, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface WalkedFile {
  readonly path: string;
  /** Below the folder, with '/' between its steps. */
  readonly relative: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Why it is not to be opened: a link, a device, a folder that may not be read. */
  readonly why: string | undefined;
}

/** Every file below `folder`, in the order of names. */
export async function* walk(folder: string, below = ''): AsyncGenerator<WalkedFile> {
  const at = below === '' ? folder : join(folder, below);
  let names: string[];
  try {
    names = (await readdir(at)).sort();
  } catch {
    yield { path: at, relative: below, size: 0, modified: 0, why: 'a folder that may not be read' };
    return;
  }
  for (const name of names) {
    const path = join(at, name);
    const relative = below === '' ? name : `${below}/${name}`;
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) {
      yield* walk(folder, relative);
      continue;
    }
    const why = found === undefined ? 'it cannot be opened' : odd(found);
    yield {
      path: path.split(sep).join('/'),
      relative,
      size: found?.size ?? 0,
      modified: Math.floor(found?.mtimeMs ?? 0),
      why,
    };
  }
}

function odd(found: { isFile(): boolean; isSymbolicLink(): boolean }): string | undefined {
  if (found.isFile()) return undefined;
  return found.isSymbolicLink() ? 'a link; links are not followed' : 'no file: a device or the like';
}
