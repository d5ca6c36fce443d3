/** What this process and the engine, its child, take of the machine. Linux only: it reads /proc. */
import { readFileSync, writeFileSync } from 'node:fs';

/** The processes that this one has started: the engine. */
function children(): string[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
}

/** Processor seconds of both so far: what does not depend on who else uses the machine. */
export function cpuSeconds(): number {
  const ticks = ['self', ...children()].flatMap((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return [Number(fields[11]), Number(fields[12])];
  });
  return ticks.reduce((sum, tick) => sum + tick, 0) / 100;
}

/**
 * Begins to watch; the returned function tells the highest resident memory since then, in MB. Where the system does not
 * let a process forget its former peak, it is the highest since the process began.
 */
export function watchMemory(): () => { parentMb: number; engineMb: number } {
  for (const process of ['self', ...children()]) forgetPeak(process);
  return () => ({ parentMb: peakMb('self'), engineMb: Math.max(0, ...children().map(peakMb)) });
}

function forgetPeak(process: string): void {
  try {
    writeFileSync(`/proc/${process}/clear_refs`, '5');
  } catch {
    // then the peak holds more than was asked for, never less
  }
}

function peakMb(process: string): number {
  try {
    return (Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'))?.[1]) * 1024) / 1e6;
  } catch {
    return 0; // it has ended
  }
}
