/** Running a program of somebody else on hostile bytes: with bounds of time and output, and no shell. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';

export interface ProgramOptions {
  input?: Uint8Array;
  seconds: number;
  maxOutput: number;
  env?: Record<string, string>;
}

/** It runs in the temporary folder, in a reader's process one of its own. Errors: when it is not installed, fails, takes too long or says too much. */
export function runProgram(
  name: string,
  words: readonly string[],
  options: ProgramOptions,
): Promise<{ output: Buffer }> {
  return new Promise((resolve, reject) => {
    // A program that writes a file after all, whatever it was told, writes it where nothing of anybody lies.
    const cwd = tmpdir();
    const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TMPDIR: cwd, ...options.env };
    const child = spawn(name, words, {
      cwd,
      stdio: ['pipe', 'pipe', 'ignore'],
      env,
      timeout: options.seconds * 1000,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > options.maxOutput) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ output: Buffer.concat(chunks) });
      else reject(new Error(`${name} ended with ${signal ?? code}`));
    });
    child.stdin.on('error', () => {}); // it may end before it has read everything
    child.stdin.end(options.input);
  });
}
