import type { Answers, Mark } from './answers.ts';
import { type Calendar, clock, type Day } from './calendar.ts';
import { type Dirt, HEADERS, LOGS, type Log } from './dirt.ts';
import { Page } from './page.ts';
import { mix, type Random, streamOf } from './random.ts';
import { TableWriter } from './writer.ts';

/** Room for four million rows of one log on one day beside the second in an exact integer. */
const INDEX_ROOM = 4_194_304;
const LAST_SECOND = 86_399;

const HEX: string[] = [];
for (let i = 0; i < 4096; i++) HEX.push(i.toString(16).toUpperCase().padStart(3, '0'));

/** Row ids: a counter sent through a keyed permutation of 48 bits, so they are unique and say nothing. */
class Ids {
  private counter = 0;
  private readonly keys: number[];

  constructor(seed: number) {
    this.keys = [1, 2, 3, 4].map((round) => mix(seed ^ Math.imul(round, 0x51ed270b)));
  }

  next(): string {
    const value = this.counter++;
    let left = Math.floor(value / 0x1000000) & 0xffffff;
    let right = value % 0x1000000;
    for (const key of this.keys) {
      const scrambled = left ^ (mix(right ^ key) & 0xffffff);
      left = right;
      right = scrambled;
    }
    return `{${HEX[left >>> 12]!}${HEX[left & 4095]!}${HEX[right >>> 12]!}${HEX[right & 4095]!}}`;
  }
}

/**
 * The rows of the current day, one page per log. Rows may be added in any order; `endDay` sorts them, lets the dirt
 * have its part, writes them and forgets them. Only one day is ever in memory.
 */
export class Daybook {
  readonly rows: Record<Log, number> = { logon: 0, device: 0, file: 0, email: 0, http: 0 };
  day: Day = 0;
  private readonly pages: Record<Log, Page> = {
    logon: new Page(),
    device: new Page(),
    file: new Page(),
    email: new Page(),
    http: new Page(),
  };
  private writers = new Map<Log, TableWriter>();
  private date = '';
  private readonly ids: Ids;
  private readonly random: Random;
  private readonly dirt: Dirt;
  private readonly calendar: Calendar;
  private readonly answers: Answers;

  constructor(calendar: Calendar, dirt: Dirt, answers: Answers, seed: number) {
    this.calendar = calendar;
    this.dirt = dirt;
    this.answers = answers;
    this.ids = new Ids(seed);
    this.random = streamOf(seed, 'collectors');
  }

  async open(folder: string): Promise<void> {
    for (const log of LOGS) this.writers.set(log, await TableWriter.create(folder, `${log}.csv`, HEADERS[log]));
  }

  beginDay(day: Day): void {
    this.day = day;
    this.date = this.calendar.log(day);
    for (const log of LOGS) this.pages[log].clear();
  }

  private add(log: Log, second: number, user: string, pc: string, rest: string, mark: Mark | undefined): void {
    const at = second < 0 ? 0 : second > LAST_SECOND ? LAST_SECOND : second | 0;
    let shown = at;
    if (log !== 'http') {
      const skew = this.dirt.skew(pc);
      if (skew !== 0) shown = Math.min(LAST_SECOND, Math.max(0, at + skew));
    }
    const page = this.pages[log];
    const id = this.ids.next();
    if (mark !== undefined) page.marks.set(page.count, { id, user, mark });
    page.add(`${id},${this.date} ${clock(shown)},${user},${pc},${rest}`, at, pc);
  }

  /** A row that happened but that the log never got. */
  private skip(log: Log, second: number, user: string, mark: Mark | undefined): void {
    if (mark) this.answers.note(mark, { id: '', log, day: this.day, second: Math.min(LAST_SECOND, second | 0), user });
  }

  logon(second: number, user: string, pc: string, activity: 'Logon' | 'Logoff', mark?: Mark): void {
    if (activity === 'Logoff' && this.dirt.missingLogoff > 0 && this.random.chance(this.dirt.missingLogoff)) {
      this.skip('logon', second, user, mark);
    } else this.add('logon', second, user, pc, activity, mark);
  }

  device(
    second: number,
    user: string,
    pc: string,
    tree: string,
    activity: 'Connect' | 'Disconnect',
    mark?: Mark,
  ): void {
    if (
      activity === 'Disconnect' &&
      this.dirt.missingDisconnect > 0 &&
      this.random.chance(this.dirt.missingDisconnect)
    ) {
      this.skip('device', second, user, mark);
    } else this.add('device', second, user, pc, `${tree},${activity}`, mark);
  }

  /** `media` says whether the row went to, or came from, a removable medium. */
  file(
    second: number,
    user: string,
    pc: string,
    path: string,
    activity: string,
    media: '' | 'to' | 'from',
    content: string,
    mark?: Mark,
  ): void {
    const flags = media === '' ? 'False,False' : media === 'to' ? 'True,False' : 'False,True';
    this.add('file', second, user, pc, `${path},${activity},${flags},${content}`, mark);
  }

  /** `route` is "to,cc,bcc,from"; `body` is "size,attachments,content". */
  email(
    second: number,
    user: string,
    pc: string,
    route: string,
    activity: 'Send' | 'View',
    body: string,
    mark?: Mark,
  ): void {
    this.add('email', second, user, pc, `${route},${activity},${body}`, mark);
  }

  web(second: number, user: string, pc: string, rest: string, mark?: Mark): void {
    this.add('http', second, user, pc, rest, mark);
  }

  async endDay(): Promise<void> {
    for (const log of LOGS) await this.endPage(log, this.pages[log]);
  }

  private async endPage(log: Log, page: Page): Promise<void> {
    const { count } = page;
    const order: number[] = [];
    const start = this.day * 86_400;
    const gaps = this.dirt.gaps.filter((gap) => gap.log === log && gap.from < start + 86_400 && gap.to > start);
    for (let i = 0; i < count; i++) {
      const second = page.seconds[i]!;
      const mark = page.marks.get(i);
      const lost = gaps.length > 0 && this.isLost(gaps, start + second, page.digits[i]!);
      if (mark) this.answers.note(mark.mark, { id: lost ? '' : mark.id, log, day: this.day, second, user: mark.user });
      if (lost) continue;
      const place = this.dirt.late > 0 && this.random.chance(this.dirt.late) ? this.later(second) : second;
      order.push(place * INDEX_ROOM + i);
      if (this.dirt.duplicate > 0 && this.random.chance(this.dirt.duplicate))
        order.push(this.later(place) * INDEX_ROOM + i);
    }
    const sorted = Float64Array.from(order).sort();
    const writer = this.writers.get(log)!;
    for (const key of sorted) {
      const row = key % INDEX_ROOM;
      const [from, to] = [page.starts[row]!, page.starts[row + 1]!];
      if (writer.copy(page.bytes, from, to)) continue;
      await writer.flush();
      writer.copy(page.bytes, from, to);
    }
    this.rows[log] += sorted.length;
  }

  private isLost(gaps: Dirt['gaps'], at: number, digit: number): boolean {
    return gaps.some((gap) => gap.from <= at && at < gap.to && (gap.digit < 0 || gap.digit === digit));
  }

  private later(second: number): number {
    return second + this.random.int(86_400 - second);
  }

  async close(): Promise<void> {
    for (const writer of this.writers.values()) await writer.close();
  }

  async abandon(): Promise<void> {
    for (const writer of this.writers.values()) await writer.abandon();
  }
}
