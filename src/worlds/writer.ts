import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK = 1 << 20;

/** One CSV file, written in chunks of about a megabyte; waiting for each chunk is the back-pressure. */
export class TableWriter {
  private readonly handle: FileHandle;
  private text: string[] = [];
  private size = 0;

  private constructor(handle: FileHandle) {
    this.handle = handle;
  }

  static async create(folder: string, name: string, header: string): Promise<TableWriter> {
    await mkdir(folder, { recursive: true });
    const writer = new TableWriter(await open(join(folder, name), 'w'));
    writer.add(header);
    return writer;
  }

  /** Adds a line; true when a chunk is full and `flush` should be awaited. */
  add(line: string): boolean {
    this.text.push(line);
    this.size += line.length + 1;
    return this.size >= CHUNK;
  }

  async flush(): Promise<void> {
    if (this.text.length === 0) return;
    const chunk = `${this.text.join('\n')}\n`;
    this.text = [];
    this.size = 0;
    await this.handle.appendFile(chunk, 'utf8');
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
