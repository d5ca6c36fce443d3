/**
 * Reads files in processes of their own, a few at a time. A file that hangs, eats memory or kills its reader costs one
 * row that says so; the reader is started anew and the run goes on.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FileReport, PartReport } from './report.ts';

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
const WATCH_MS = 200;
const PAGE_BYTES = 4096;
const READ_ONLY = ['--permission', '--allow-fs-read=*', '--allow-child-process', '--no-warnings'];
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

/** One process, started when it is first needed and again after it had to be ended. */
class Reader {
  readonly #program: string;
  readonly #seconds: number;
  readonly #memoryBytes: number;
  #child: ChildProcess | undefined;
  #asked = 0;

  constructor(program: string, seconds: number, memoryBytes: number) {
    this.#program = program;
    this.#seconds = seconds;
    this.#memoryBytes = memoryBytes;
  }

  async read(path: string): Promise<PartReport[]> {
    const child = this.#child ?? this.#start();
    const id = ++this.#asked;
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    const seconds = Math.round(this.#seconds + (SECONDS_PER_MB * size) / 1048576);
    return await new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      let watch: NodeJS.Timeout | undefined;
      const finish = (parts: PartReport[], keep: boolean): void => {
        clearTimeout(timer);
        clearInterval(watch);
        child.off('message', onMessage);
        child.off('exit', onExit);
        if (!keep) this.end();
        resolve(parts);
      };
      const onMessage = (report: FileReport | { ready: true }): void => {
        // The time of a file begins when its reader is up: on a busy machine starting takes seconds.
        if ('ready' in report) timer?.refresh();
        else if (report.id === id) finish(report.parts, true);
      };
      const onExit = (code: number | null, signal: string | null): void =>
        finish([failed(`its reader ended (${signal ?? `exit ${code}`})`)], false);
      child.on('message', onMessage);
      child.on('exit', onExit);
      timer = setTimeout(() => finish([failed(`stopped after ${seconds} s`)], false), seconds * 1000);
      watch = setInterval(async () => {
        if ((await residentBytes(child.pid)) > this.#memoryBytes)
          finish([failed(`needs more than ${Math.round(this.#memoryBytes / 1048576)} MB of memory`)], false);
      }, WATCH_MS);
      child.send({ id, path }, (error) => {
        if (error) finish([failed('its reader ended')], false);
      });
    });
  }

  #start(): ChildProcess {
    const heap = Math.round((this.#memoryBytes * 0.8) / 1048576);
    const child = fork(this.#program, [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // The runtime itself refuses it to write a file or load a native library, whatever a parser is talked into.
      execArgv: [...READ_ONLY, `--max-old-space-size=${heap}`],
      serialization: 'advanced',
      // Nothing of our surroundings is a parser's business.
      env: { PATH: process.env.PATH ?? '' },
      // A group of its own, so that a program it has started ends with it.
      detached: true,
    });
    child.on('error', () => {});
    this.#child = child;
    return child;
  }

  end(): void {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  }
}

const failed = (why: string): PartReport => ({ name: '', kind: 'unknown', bytes: 0, sha256: '', why });

/** Resident memory of a process on Linux; 0 elsewhere, where the bound of its heap has to do. */
async function residentBytes(pid: number | undefined): Promise<number> {
  try {
    const pages = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1];
    return Number(pages) * PAGE_BYTES;
  } catch {
    return 0;
  }
}
