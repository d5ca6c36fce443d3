/**
 * Simulates an organisation in a process of its own, so that its memory is not taken for the product's, and notes the
 * number of rows of each day. Started by detect.ts, or by hand for several runs of it:
 *
 *   node bench/world.ts FOLDER PEOPLE DAYS SEED
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simulate } from '../src/worlds/worlds.ts';

const [out, people, days, seed] = process.argv.slice(2) as [string, string, string, string];
const rows: number[] = [];
let before = 0;
await simulate({
  ...{ out, people: Number(people), days: Number(days), seed: Number(seed), start: '2026-01-05' },
  onProgress: (at) => {
    rows.push(at.rows - before);
    before = at.rows;
  },
});
writeFileSync(join(out, 'rows.json'), JSON.stringify(rows));
