/** What passes between the process that opens documents and the one that asks it to; and asking it. */
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Fault } from '../base/fault.ts';
import { Confined } from '../documents/documents.ts';
import type { Observation } from './text.ts';

export type Format = 'pdf' | 'docx';

/** With `signs` a copy is made, without them the file is looked at. */
export interface Task {
  readonly path: string;
  readonly signs?: ReadonlyMap<string, number>;
  readonly line?: string;
}

export interface Answer {
  readonly id: number;
  readonly format?: Format | 'text';
  readonly observations?: Observation[];
  readonly bytes?: Uint8Array;
  /** Why there is neither. */
  readonly why?: string;
}

const PROGRAM = fileURLToPath(new URL('./worker.ts', import.meta.url));
const MEMORY = 1200 * 1024 * 1024;
const [SECONDS, SECONDS_PER_MB] = [60, 4];

/** The process in which files are opened; end it when done. */
export class Opener {
  readonly #process = new Confined<Task, Answer>(PROGRAM, MEMORY);

  /** What can be seen in the file. Errors: invalid-input with the reason. */
  async observe(path: string): Promise<{ format: Format | 'text'; observations: Observation[] }> {
    const { format, observations } = await this.#ask({ path });
    return { format: format!, observations: observations! };
  }

  async mark(path: string, signs: ReadonlyMap<string, number>, line: string): Promise<Uint8Array> {
    return (await this.#ask({ path, signs, line })).bytes!;
  }

  async #ask(task: Task): Promise<Answer> {
    const { size } = await stat(task.path).catch(() => ({ size: 0 }));
    const answer = await this.#process.ask(task, Math.round(SECONDS + (SECONDS_PER_MB * size) / 1048576));
    const why = 'failed' in answer ? answer.failed : answer.why;
    if (why !== undefined) throw new Fault('invalid-input', `It cannot be read: ${why}.`, { place: task.path });
    return answer as Answer;
  }

  end(): void {
    this.#process.end();
  }
}
