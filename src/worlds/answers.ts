import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calendar, Day } from './calendar.ts';
import { clock } from './calendar.ts';
import type { Log } from './dirt.ts';
import type { Person } from './organisation.ts';
import { type Document, LEVELS } from './register.ts';

export type Stage =
  | 'contact'
  | 'tasking'
  | 'access'
  | 'collect'
  | 'stage'
  | 'retype'
  | 'hand_over'
  | 'exfil'
  | 'curiosity';

/** Why a row is labelled: part of a case, its stage, and the documents that left with it. */
export type Mark = { readonly part: CasePart; readonly stage: Stage; readonly lost?: readonly Document[] };

/** One person's share of a case. */
export type CasePart = {
  readonly scenario: string;
  readonly person: Person;
  readonly group: string;
  readonly label: 'malicious' | 'turned_back';
  readonly pacing: string;
  readonly channel: string;
  readonly accounts: Set<string>;
  readonly rows: LabelledRow[];
};

type LabelledRow = { id: string; log: Log; day: Day; second: number; user: string; mark: Mark };

export type Innocent = {
  readonly person: Person;
  readonly kind: string;
  readonly from: Day;
  readonly to: Day;
  readonly why: string;
};

/** Collects the truth while the world is simulated, and writes it to a folder of its own. */
export class Answers {
  readonly parts: CasePart[] = [];
  readonly innocents: Innocent[] = [];
  private readonly calendar: Calendar;

  constructor(calendar: Calendar) {
    this.calendar = calendar;
  }

  /** `id` is empty when the log lacks the row. */
  note(mark: Mark, row: { id: string; log: Log; day: Day; second: number; user: string }): void {
    mark.part.rows.push({ ...row, mark });
  }

  private time(day: Day, second: number): string {
    return `${this.calendar.log(day)} ${clock(second)}`;
  }

  private part(part: CasePart): string {
    const lines = ['id,table,date,user,stage,path,level,when'];
    for (const row of part.rows) {
      const when = this.time(row.day, row.second);
      const head = `${row.id},${row.log},${when},${row.user},${row.mark.stage}`;
      const lost = row.mark.lost ?? [];
      if (lost.length === 0) lines.push(`${head},,,`);
      for (const document of lost) lines.push(`${head},${document.path},${LEVELS[document.level]},${when}`);
    }
    return `${lines.join('\n')}\n`;
  }

  private summary(part: CasePart): string {
    const first = part.rows[0]!;
    const last = part.rows.at(-1)!;
    const loss = part.rows.find((row) => (row.mark.lost?.length ?? 0) > 0);
    return [
      part.scenario,
      part.person.id,
      this.time(first.day, first.second),
      this.time(last.day, last.second),
      loss ? this.time(loss.day, loss.second) : '',
      part.label,
      part.group,
      [...part.accounts].sort().join(';'),
      part.pacing,
      part.channel,
    ].join(',');
  }

  /** Cases that did something in the simulated span. */
  played(): CasePart[] {
    return this.parts.filter((part) => part.rows.length > 0);
  }

  /** Writes insiders.csv, one file per person with a part, lookalikes.csv and world.json. */
  async write(folder: string, world: Record<string, unknown>): Promise<void> {
    await mkdir(folder, { recursive: true });
    // Parts of an earlier world would be read as if they belonged to this one.
    for (const name of await readdir(folder)) if (/^[A-K]-[A-Z]{3}\d{4}\.csv$/.test(name)) await rm(join(folder, name));
    for (const part of this.parts) part.rows.sort((a, b) => a.day - b.day || a.second - b.second);
    const played = this.played().sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
    const insiders = played.filter((part) => part.scenario !== 'K');
    const header = 'scenario,user,start,end,first_loss,label,group,accounts,pacing,channel';
    await writeFile(
      join(folder, 'insiders.csv'),
      `${[header, ...insiders.map((part) => this.summary(part))].join('\n')}\n`,
    );
    for (const part of played) await writeFile(join(folder, `${part.scenario}-${part.person.id}.csv`), this.part(part));
    const looks = this.innocents.map(
      (one) => `${one.person.id},${one.kind},${this.calendar.iso(one.from)},${this.calendar.iso(one.to)},"${one.why}"`,
    );
    await writeFile(join(folder, 'lookalikes.csv'), `${['user,kind,start,end,why', ...looks].join('\n')}\n`);
    const scenarios = insiders.map((part) => part.scenario);
    await writeFile(
      join(folder, 'world.json'),
      `${JSON.stringify({ ...world, insiders: scenarios.join(',') }, null, 1)}\n`,
    );
  }
}
