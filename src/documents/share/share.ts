/** Where documents lie: a folder of this machine, or a share that is reached over the network. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { Fault } from '../../base/fault.ts';
import { type WalkedFile, walk } from '../folder.ts';

export interface Share {
  readonly kind: 'folder' | 's3';
  /** For messages and the record of imports; never a secret. */
  readonly place: string;
  /** With what the names of all its files begin, and of no others. */
  readonly prefix: string;
  /** Every file, in the order of names. Errors: of the share as a whole; a file that cannot be opened says why. */
  walk(signal?: AbortSignal): AsyncIterable<WalkedFile>;
  /** The register's table that lies in it, where this machine can read it; undefined when there is none. */
  table(signal?: AbortSignal): Promise<string | undefined>;
  /** Brings a file to this machine and says where it lies. Errors: of this file alone, as a Fault. */
  fetch(file: Pick<WalkedFile, 'path' | 'relative' | 'size'>, signal?: AbortSignal): Promise<string>;
  /** It has been read. */
  release(path: string): Promise<void>;
  /** Takes away what was brought to this machine. */
  close(): Promise<void>;
}

/** A folder, which may be a mounted share. Errors: not-found. */
export function folderShare(folder: string): Share {
  const root = resolve(folder);
  if (!existsSync(root) || !statSync(root).isDirectory())
    throw new Fault('not-found', 'there is no such folder', { place: folder });
  return {
    kind: 'folder',
    place: root,
    prefix: `${root.split(sep).join('/')}/`,
    walk: () => walk(root),
    async table() {
      const file = join(root, 'documents.csv');
      return existsSync(file) ? file : undefined;
    },
    fetch: async ({ path }) => path,
    release: async () => {},
    close: async () => {},
  };
}
