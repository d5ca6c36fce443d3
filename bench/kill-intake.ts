/**
 * Kills the intake with SIGKILL at random moments while senders hand lines in, and in the end compares what was acknowledged
 * with what is stored. A sender repeats what was not acknowledged; one half of them numbers its lines, and one in ten
 * deliveries is sent once more although it was acknowledged.
 *
 *   node bench/kill-intake.ts [ROUNDS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRounds } from '../test/intake/kill-rounds.ts';

const rounds = Number(process.argv[2] ?? 200);
const dir = mkdtempSync(join(tmpdir(), 'countersign-kill-'));
const began = performance.now();
try {
  const result = await killRounds(dir, {
    rounds,
    onRound: (round) => round % 10 === 0 && console.error(`${round} rounds`),
  });
  console.log(`${rounds} rounds of SIGKILL in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${value}`);
  process.exitCode = result.lost + result.doubled === 0 ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
