import type { Calendar, Day } from './calendar.ts';
import { employed, NEVER, type Organisation, type Person } from './organisation.ts';
import { type Random, streamOf } from './random.ts';

/** A time away. `working` is true on work trips; `shift` moves the working hours (head office time) by seconds. */
export type Away = {
  readonly from: Day;
  readonly to: Day;
  readonly working: boolean;
  readonly trip: boolean;
  readonly shift: number;
  readonly country: string;
  /** NEVER: not declared. */
  readonly declared: Day;
  readonly posting: boolean;
};

/** The user-assigned codes of ISO 3166-1 (XA to XZ, QM to QZ): they stand for no country and mean nothing here. */
const CODES = [
  ...Array.from({ length: 14 }, (_, i) => `Q${String.fromCharCode(77 + i)}`),
  ...Array.from({ length: 26 }, (_, i) => `X${String.fromCharCode(65 + i)}`),
];

/** When everybody is away: leave, single days off, trips and postings, decided before the first day. */
export class Absences {
  readonly byPerson: Away[][];
  private readonly days: number;
  private readonly often: number;
  private readonly random: Random;

  constructor(organisation: Organisation, calendar: Calendar, seed: number) {
    this.days = calendar.days;
    this.often = organisation.climate.absence;
    this.random = streamOf(seed, 'absences');
    this.byPerson = organisation.people.map((person) => this.plan(person));
  }

  private plan(person: Person): Away[] {
    const random = this.random;
    const spans: Away[] = [];
    const years = this.days / 365;
    const add = (length: number, kind: 'leave' | 'trip' | 'private trip'): void => {
      const from = random.between(-10, this.days);
      const to = from + length - 1;
      if (!employed(person, Math.max(0, from)) || spans.some((span) => span.from <= to + 2 && from - 2 <= span.to))
        return;
      spans.push(this.span(from, to, kind === 'trip', kind === 'trip' || kind === 'private trip'));
    };
    const mobile =
      person.role.outsideMails > 1.5 ||
      person.role.department === 'LanguageService' ||
      person.role.department === 'FieldTrials';
    if (mobile && person.role.name !== 'PublicityClerk' && random.chance(0.035)) this.post(person, spans);
    for (let i = random.count((mobile ? 2.8 : 0.9) * years); i > 0; i--) add(random.between(2, 9), 'trip');
    for (let i = random.count(1.3 * years * this.often); i > 0; i--)
      add(random.between(5, 16), random.chance(0.55) ? 'private trip' : 'leave');
    for (let i = random.count(3.5 * years * this.often); i > 0; i--) add(random.between(1, 4), 'leave');
    for (let i = random.count(3 * years * this.often); i > 0; i--)
      add(random.between(1, random.chance(0.9) ? 3 : 12), 'leave');
    return spans.sort((a, b) => a.from - b.from);
  }

  private span(from: Day, to: Day, working: boolean, trip: boolean, posting = false): Away {
    const random = this.random;
    const habit = random.next();
    const declared = habit < 0.07 ? NEVER : habit < 0.16 ? from + random.between(1, 12) : from - random.between(2, 40);
    const shift = working ? random.between(-7, 7) * 3600 : 0;
    return {
      from,
      to,
      working,
      trip,
      shift,
      country: random.pick(CODES),
      declared: posting ? from - 20 : declared,
      posting,
    };
  }

  /** Posts a person abroad for months: all other plans give way. */
  post(person: Person, spans: Away[] = this.byPerson[person.index]!, from?: Day): Away {
    spans.length = 0;
    const begin = from ?? this.random.between(-60, Math.max(0, Math.floor(this.days * 0.4)));
    const posting = this.span(begin, begin + this.random.between(150, 420), true, true, true);
    spans.push(posting);
    return posting;
  }

  on(person: Person, day: Day): Away | undefined {
    for (const span of this.byPerson[person.index]!) if (span.from <= day && day <= span.to) return span;
    return undefined;
  }
}
