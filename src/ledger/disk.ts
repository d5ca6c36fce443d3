/** Writing so that it stays: what is written is on the disk when a function returns, under its name. */
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface FileContent {
  /** From the folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes files below `folder`, with the folders they need. They are not atomic: nothing may look at them before a file
 * that was replaced afterwards says that they are there. Throws the system's error, and may then have written parts.
 */
export async function writeFiles(folder: string, files: readonly FileContent[]): Promise<void> {
  const touched = new Set<string>();
  for (const { path } of files) {
    const parent = dirname(join(folder, path));
    if (touched.has(parent)) continue;
    const made = await mkdir(parent, { recursive: true, mode: 0o700 });
    touched.add(parent);
    // A new folder is an entry in the one above, which has to reach the disk as well.
    for (let at = parent; made !== undefined && at !== dirname(made); ) {
      at = dirname(at);
      touched.add(at);
    }
  }
  // Each stage ends for all before anything fails: nobody may begin to mend while a file is still being written.
  const opened = await Promise.allSettled(files.map(({ path }) => open(join(folder, path), 'w', 0o600)));
  const writing = opened.map(async (file, at) => {
    if (file.status === 'rejected') throw file.reason;
    await writeAndClose(file.value, files[at]!.bytes);
  });
  throwFirst(await Promise.allSettled([...writing, ...[...touched].map(syncFolder)]));
}

/** Replaces the file as a whole: afterwards, and after a power cut in between, it is the old or the new one. */
export async function replaceFile(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  await writeAndClose(await open(`${path}.new`, 'w', mode), bytes);
  await rename(`${path}.new`, path);
  await syncFolder(dirname(path));
}

async function writeAndClose(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await writeAt(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes all bytes at a place in the file. A disk that is nearly full takes a part of them first, and then none. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** Brings the names in a folder to the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function throwFirst(ended: readonly PromiseSettledResult<unknown>[]): void {
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
