/** Days of a world are integers: 0 is the first simulated day, negative ones lie before it. */
export type Day = number;

const DAY_MS = 86_400_000;
/** Fixed public holidays (month, day) and two long ones every organisation of this kind keeps. */
const HOLIDAYS = new Set(['01-01', '03-21', '05-01', '06-24', '09-01', '10-30', '12-24', '12-25', '12-26', '12-31']);

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

export class Calendar {
  readonly start: string;
  readonly days: number;
  private readonly origin: number;

  /** `start` is YYYY-MM-DD. */
  constructor(start: string, days: number) {
    this.start = start;
    this.days = days;
    this.origin = Date.parse(`${start}T00:00:00Z`);
  }

  private date(day: Day): Date {
    return new Date(this.origin + day * DAY_MS);
  }

  /** YYYY-MM-DD, the form of the side tables. */
  iso(day: Day): string {
    return this.date(day).toISOString().slice(0, 10);
  }

  /** MM/DD/YYYY, the form of the log files. */
  log(day: Day): string {
    const date = this.date(day);
    return `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${date.getUTCFullYear()}`;
  }

  /** YYYY-MM. */
  month(day: Day): string {
    return this.iso(day).slice(0, 7);
  }

  isWeekend(day: Day): boolean {
    const weekday = this.date(day).getUTCDay();
    return weekday === 0 || weekday === 6;
  }

  /** 0 is Monday. */
  weekday(day: Day): number {
    return (this.date(day).getUTCDay() + 6) % 7;
  }

  isFree(day: Day): boolean {
    return this.isWeekend(day) || HOLIDAYS.has(this.iso(day).slice(5));
  }

  /** The first working day at or after `day`. */
  workday(day: Day): Day {
    let found = day;
    while (this.isFree(found)) found++;
    return found;
  }
}

const CLOCK: string[] = [];
for (let minute = 0; minute < 1440; minute++) CLOCK.push(`${two(Math.floor(minute / 60))}:${two(minute % 60)}:`);
const SECONDS: string[] = [];
for (let second = 0; second < 60; second++) SECONDS.push(two(second));

/** HH:MM:SS of a second of the day, 0 to 86399. */
export function clock(second: number): string {
  const minute = (second / 60) | 0;
  return CLOCK[minute]! + SECONDS[second - minute * 60]!;
}
