import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK = 1 << 20;

/** One CSV file, written in chunks of a megabyte; waiting for each chunk is the back-pressure. */
export class TableWriter {
  private readonly handle: FileHandle;
  private readonly chunk = Buffer.allocUnsafe(CHUNK);
  private used = 0;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  static async create(folder: string, name: string, header: string): Promise<TableWriter> {
    await mkdir(folder, { recursive: true });
    const writer = new TableWriter(await open(join(folder, name), 'w'));
    await writer.line(header);
    return writer;
  }

  /** Adds one line of text (without the line end). */
  async line(text: string): Promise<void> {
    const bytes = Buffer.from(`${text}\n`, 'utf8');
    if (!this.copy(bytes, 0, bytes.length)) {
      await this.flush();
      this.copy(bytes, 0, bytes.length);
    }
  }

  /** Copies a stretch of bytes; false when there is no room, then `flush` first. A line must be shorter than a chunk. */
  copy(source: Buffer, from: number, to: number): boolean {
    if (this.used + (to - from) > CHUNK) return false;
    this.used += source.copy(this.chunk, this.used, from, to);
    return true;
  }

  async flush(): Promise<void> {
    for (let done = 0; done < this.used; ) {
      const { bytesWritten } = await this.handle.write(this.chunk, done, this.used - done);
      done += bytesWritten;
    }
    this.used = 0;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.handle.close();
  }

  /** Closes without writing what is left, after an error. */
  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }
}

/** A field in ordinary CSV quoting. */
export const quoted = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
