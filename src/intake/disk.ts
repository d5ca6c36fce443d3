/** The spool's disk: what is written is there after a power cut, under its name, whole. */
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

export interface Disk {
  /** Resolves when the file is durable under its name. On an error nothing stands under that name, or all of it. */
  write(folder: string, name: string, bytes: Uint8Array): Promise<void>;
  /** Bytes that may still be written. */
  free(folder: string): Promise<number>;
  list(folder: string): Promise<{ name: string; bytes: number }[]>;
  folders(folder: string): Promise<string[]>;
  remove(folder: string, names: readonly string[]): Promise<void>;
}

export const disk: Disk = {
  async write(folder, name, bytes) {
    const path = join(folder, name);
    const unfinished = `${path}.tmp`;
    try {
      const file = await open(unfinished, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {});
      throw error;
    }
    await syncFolder(folder);
  },
  async free(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  async list(folder) {
    const names = (await readdir(folder)).sort();
    // What a process that was killed had begun: nobody was told that it is taken.
    for (const name of names.filter((one) => one.endsWith('.tmp'))) await rm(join(folder, name), { force: true });
    const kept = names.filter((name) => name.endsWith('.lines'));
    return Promise.all(kept.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
  },
  async folders(folder) {
    await makeFolder(folder);
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  },
  async remove(folder, names) {
    for (const name of names) await rm(join(folder, name), { force: true });
  },
};

/** Makes a folder whose name is durable. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await syncFolder(join(path, '..'));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
