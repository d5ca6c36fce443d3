/**
 * A process of its own that opens files which others made: it may read and not write, and it is ended when it takes too
 * long or grows too large. Started when it is first needed, and again after it had to be ended.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const WATCH_MS = 200;
const PAGE_BYTES = 4096;
const READ_ONLY = ['--permission', '--allow-fs-read=*', '--allow-child-process', '--no-warnings'];

/** The program says `{ ready: true }` once, and answers each message with one of the same `id`. */
export class Confined<Task extends object, Answer extends { readonly id: number }> {
  readonly #program: string;
  readonly #memoryBytes: number;
  #child: ChildProcess | undefined;
  #asked = 0;

  constructor(program: string, memoryBytes: number) {
    this.#program = program;
    this.#memoryBytes = memoryBytes;
  }

  /** What the program answers, or why there is no answer; never throws for what a file holds. */
  async ask(task: Task, seconds: number): Promise<Answer | { readonly failed: string }> {
    const child = this.#child ?? this.#start();
    const id = ++this.#asked;
    return await new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      let watch: NodeJS.Timeout | undefined;
      const finish = (answer: Answer | { readonly failed: string }): void => {
        clearTimeout(timer);
        clearInterval(watch);
        child.off('message', onMessage);
        child.off('exit', onExit);
        if ('failed' in answer) this.end();
        resolve(answer);
      };
      const onMessage = (message: Answer | { ready: true }): void => {
        // The time of a file begins when its reader is up: on a busy machine starting takes seconds.
        if ('ready' in message) timer?.refresh();
        else if (message.id === id) finish(message);
      };
      const onExit = (code: number | null, signal: string | null): void =>
        finish({ failed: `its reader ended (${signal ?? `exit ${code}`})` });
      child.on('message', onMessage);
      child.on('exit', onExit);
      timer = setTimeout(() => finish({ failed: `stopped after ${seconds} s` }), seconds * 1000);
      watch = setInterval(async () => {
        if ((await residentBytes(child.pid)) > this.#memoryBytes)
          finish({ failed: `needs more than ${Math.round(this.#memoryBytes / 1048576)} MB of memory` });
      }, WATCH_MS);
      child.send({ ...task, id }, (error) => {
        if (error) finish({ failed: 'its reader ended' });
      });
    });
  }

  #start(): ChildProcess {
    const heap = Math.round((this.#memoryBytes * 0.8) / 1048576);
    const scratch = mkdtempSync(join(tmpdir(), 'countersign-reader-'));
    const child = fork(this.#program, [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // The runtime itself refuses it to write a file or load a native library, whatever a parser is talked into.
      execArgv: [...READ_ONLY, `--max-old-space-size=${heap}`],
      serialization: 'advanced',
      // Nothing of our surroundings is a parser's business. What a program that it runs leaves behind goes with it.
      env: { PATH: process.env.PATH ?? '', TMPDIR: scratch },
      // A group of its own, so that a program it has started ends with it.
      detached: true,
    });
    const remove = (): void => rmSync(scratch, { recursive: true, force: true });
    child.on('error', remove).on('exit', remove);
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

/** Resident memory of a process on Linux; 0 elsewhere, where the bound of its heap has to do. */
async function residentBytes(pid: number | undefined): Promise<number> {
  try {
    const pages = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1];
    return Number(pages) * PAGE_BYTES;
  } catch {
    return 0;
  }
}
