import type { Absences } from './absence.ts';
import type { Answers } from './answers.ts';
import type { Calendar, Day } from './calendar.ts';
import type { Daybook } from './daybook.ts';
import type { Mailroom } from './mail.ts';
import type { Organisation, Person } from './organisation.ts';
import type { Presence } from './presence.ts';
import type { Document, Register } from './register.ts';
import type { Sites } from './sites.ts';

/** A file on somebody's own disk: a copy of a registered document, or an own note. */
export type LocalFile = { readonly name: string; readonly words: string; readonly copy: boolean };

/** What a person has at hand: documents worked on lately, and names on the own disk. Rings of fixed size. */
export type Desk = {
  readonly papers: Document[];
  readonly local: LocalFile[];
};

export type Contact = { readonly person: Person; readonly day: Day; readonly context: string; readonly note: string };

/** Everything a day of the organisation needs. */
export type World = {
  readonly seed: number;
  readonly calendar: Calendar;
  readonly organisation: Organisation;
  readonly register: Register;
  readonly absences: Absences;
  readonly sites: Sites;
  readonly mail: Mailroom;
  readonly book: Daybook;
  readonly answers: Answers;
  readonly presence: Presence[];
  readonly desks: Desk[];
  readonly contacts: Contact[];
  day: Day;
  isFree: boolean;
};
