/** Running a program of somebody else on hostile bytes: with bounds of time and output, and no shell. */
import { spawn } from 'node:child_process';

export interface ProgramOptions {
  input?: Uint8Array;
  seconds: number;
  maxOutput: number;
  env?: Record<string, string>;
}

/** Errors: when it is not installed, fails, takes too long or says too much. */
export function runProgram(
  name: string,
  words: readonly string[],
  options: ProgramOptions,
): Promise<{ output: Buffer }> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...options.env };
    const child = spawn(name, words, {
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
