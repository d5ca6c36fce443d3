/**
 * Simulates an organisation in a process of its own, so that its memory is not taken for the product's. Started by
 * detect.ts as `world.ts FOLDER PEOPLE DAYS SEED START`; it answers with the number of rows of each day.
 */
import { simulate } from '../src/worlds/worlds.ts';

const [out, people, days, seed, start] = process.argv.slice(2) as [string, string, string, string, string];
const rows: number[] = [];
let before = 0;
await simulate({
  ...{ out, start, people: Number(people), days: Number(days), seed: Number(seed) },
  onProgress: (at) => {
    rows.push(at.rows - before);
    before = at.rows;
  },
});
process.send?.(rows, () => process.disconnect());
