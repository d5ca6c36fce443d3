/**
 * Reads files in processes of their own, a few at a time. A file that hangs, eats memory or kills its reader costs one
 * row that says so; the reader is started anew and the run goes on.
 */
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Confined } from './process.ts';
import type { FileReport, PartReport, Task } from './report.ts';

export interface PoolOptions {
  /** Processes at once. */
  readers?: number;
  /** For one file and all inside it, and for each megabyte of it a few more. */
  seconds?: number;
  /** Of one process, its parsers and buffers included. */
  memoryBytes?: number;
  signal?: AbortSignal;
  /** Another program in the place of the worker: tests make one that misbehaves. */
  program?: string;
}

const DEFAULTS = { readers: Math.min(4, availableParallelism()), seconds: 30, memoryBytes: 700 * 1024 * 1024 };
const SECONDS_PER_MB = 2;
const PROGRAM = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A file to read, and whatever the caller wants to know it by. */
export interface Asked<T> {
  readonly path: string;
  readonly tag: T;
}

/**
 * What is in each of `files`, in the order in which they get done. Errors: none for a file; the signal's reason when it
 * is aborted. Ends its processes when the caller stops asking.
 */
export async function* readFiles<T>(
  files: Iterable<Asked<T>> | AsyncIterable<Asked<T>>,
  options: PoolOptions = {},
): AsyncGenerator<{ asked: Asked<T>; parts: PartReport[] }> {
  const { readers, seconds, memoryBytes } = { ...DEFAULTS, ...options };
  const source = asAsync(files);
  const pool = Array.from({ length: readers }, () => new Reader(options.program ?? PROGRAM, seconds, memoryBytes));
  const running = new Map<Reader, Promise<{ reader: Reader; asked: Asked<T>; parts: PartReport[] }>>();
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      for (const reader of pool) {
        if (running.has(reader)) continue;
        const next = await source.next();
        if (next.done) break;
        const asked = next.value;
        running.set(
          reader,
          reader.read(asked.path).then((parts) => ({ reader, asked, parts })),
        );
      }
      if (running.size === 0) return;
      const { reader, asked, parts } = await Promise.race([...running.values(), ...aborted(options.signal)]);
      running.delete(reader);
      yield { asked, parts };
    }
  } finally {
    for (const reader of pool) reader.end();
  }
}

async function* asAsync<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items;
}

function aborted(signal: AbortSignal | undefined): Promise<never>[] {
  if (!signal) return [];
  return [
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ];
}

/** One process of the pool. */
class Reader {
  readonly #seconds: number;
  readonly #process: Confined<Omit<Task, 'id'>, FileReport>;

  constructor(program: string, seconds: number, memoryBytes: number) {
    this.#seconds = seconds;
    this.#process = new Confined(program, memoryBytes);
  }

  async read(path: string): Promise<PartReport[]> {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    const seconds = Math.round(this.#seconds + (SECONDS_PER_MB * size) / 1048576);
    const answer = await this.#process.ask({ path }, seconds);
    return 'failed' in answer ? [failed(answer.failed)] : answer.parts;
  }

  end(): void {
    this.#process.end();
  }
}

const failed = (why: string): PartReport => ({ name: '', kind: 'unknown', bytes: 0, sha256: '', why });
