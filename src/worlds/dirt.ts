import { mix, streamOf } from './random.ts';

export const LOGS = ['logon', 'device', 'file', 'email', 'http'] as const;
export type Log = (typeof LOGS)[number];

export const HEADERS: Readonly<Record<Log, string>> = {
  logon: 'id,date,user,pc,activity',
  device: 'id,date,user,pc,file_tree,activity',
  file: 'id,date,user,pc,filename,activity,to_removable_media,from_removable_media,content',
  email: 'id,date,user,pc,to,cc,bcc,from,activity,size,attachments,content',
  http: 'id,date,user,pc,url,activity,content',
};

/** A time in which a collector lost rows: all of them, or those of computers whose names end in `digit` (-1: all). Seconds from day 0. */
export type Gap = { readonly log: Log; readonly from: number; readonly to: number; readonly digit: number };

export type Dirt = {
  /** Chance that a row stands further down among the rows of its day. */
  readonly late: number;
  readonly duplicate: number;
  readonly missingLogoff: number;
  readonly missingDisconnect: number;
  readonly gaps: readonly Gap[];
  /** Seconds a computer's clock is off. */
  skew(pc: string): number;
};

const CLEAN: Dirt = { late: 0, duplicate: 0, missingLogoff: 0, missingDisconnect: 0, gaps: [], skew: () => 0 };

/** The faults of this world's collectors. `dirty` false gives logs without any. */
export function makeDirt(dirty: boolean, days: number, seed: number): Dirt {
  if (!dirty) return CLEAN;
  const random = streamOf(seed, 'dirt');
  const gaps: Gap[] = [];
  const failures = random.count(days / 22);
  for (let i = 0; i < failures; i++) {
    const from = random.int(days) * 86_400 + random.between(6, 16) * 3600 + random.int(3600);
    const hours = random.chance(0.75) ? random.between(2, 9) : random.between(18, 44);
    const digit = random.chance(0.5) ? -1 : random.int(10);
    gaps.push({ log: random.pick(LOGS), from, to: from + hours * 3600, digit });
  }
  const skews = new Map<string, number>();
  const skew = (pc: string): number => {
    let seconds = skews.get(pc);
    if (seconds === undefined) {
      const number = Number(pc.slice(3));
      const draw = mix(seed ^ Math.imul(number, 0x2545f491));
      const skewed = pc.startsWith('PC-') && draw % 50 === 0;
      seconds = skewed ? ((draw >>> 8) % 2 ? 1 : -1) * (120 + ((draw >>> 12) % 660)) : 0;
      skews.set(pc, seconds);
    }
    return seconds;
  };
  return { late: 0.002, duplicate: 0.0015, missingLogoff: 0.05, missingDisconnect: 0.08, gaps, skew };
}
