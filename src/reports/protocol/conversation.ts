/** A conversation: the letters under one tag, who may read the next one, and which answers are due when. */
import type { Letter } from './letter.ts';
import type { Manifest, Recipient } from './manifest.ts';

export interface Entry {
  readonly letter: Letter;
  /** Who signed it. */
  readonly writer: string;
  /** The day it arrived, YYYY-MM-DD. */
  readonly day: string;
}

const FROM_REPORTER: ReadonlySet<Letter['kind']> = new Set(['report', 'more']);

/** Who may write as a recipient, and until which day: keys of earlier manifests count up to the day of the next one. */
export interface Writer extends Recipient {
  readonly until: string;
}

/** The writers of all manifests of a portal, the present one first; `earlier` in any order. */
export function writersOf(manifest: Manifest, earlier: readonly Manifest[]): Writer[] {
  const all = [...earlier, manifest].sort((a, b) => b.serial - a.serial);
  return all.flatMap(({ recipients }, index) => {
    const until = all[index - 1]?.issued ?? '9999-12-31';
    return recipients.map((recipient) => ({ ...recipient, until }));
  });
}

/** The letters whose writers are who they say: the reporter's key is that of the first report, the others recipients'. */
export function authentic<E extends Entry>(entries: readonly E[], reporter: string, writers: readonly Writer[]): E[] {
  return entries.filter(({ letter, writer, day }) => {
    if (FROM_REPORTER.has(letter.kind)) return writer === reporter;
    return writers.some(({ key, until }) => key === writer && day <= until);
  });
}

/**
 * Ids of the recipients for the next letter: those the first report was sealed to, without those who have recused
 * themselves or are no longer in the manifest. Nobody can be added, also not by a recipient.
 */
export function audience(entries: readonly Entry[], manifest: Manifest): string[] {
  const first = entries.find(({ letter }) => letter.kind === 'report');
  const recused = new Set(
    entries.filter(({ letter }) => letter.kind === 'recusal').map(({ writer }) => idOf(manifest, writer)),
  );
  return manifest.recipients
    .map(({ id }) => id)
    .filter((id) => (first?.letter.to ?? []).includes(id) && !recused.has(id));
}

export function idOf(manifest: Manifest, writer: string): string | undefined {
  return manifest.recipients.find(({ key }) => key === writer)?.id;
}

export interface Clocks {
  /** The last day for it, YYYY-MM-DD; undefined once it is done. */
  readonly acknowledge: string | undefined;
  readonly feedback: string | undefined;
}

/** What is due: any answer acknowledges, `feedback` gives feedback. Counted from the day the first report arrived. */
export function clocks(entries: readonly Entry[], manifest: Manifest): Clocks {
  const first = entries
    .filter(({ letter }) => letter.kind === 'report')
    .map(({ day }) => day)
    .sort()[0];
  if (first === undefined) return { acknowledge: undefined, feedback: undefined };
  const answers = entries.filter(({ letter }) => !FROM_REPORTER.has(letter.kind) && letter.kind !== 'recusal');
  const feedback = answers.some(({ letter }) => letter.kind === 'feedback');
  return {
    acknowledge: answers.length > 0 ? undefined : addDays(first, manifest.acknowledge_days),
    feedback: feedback ? undefined : addMonths(first, manifest.feedback_months),
  };
}

/** `day` and so many days, both YYYY-MM-DD. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The same day of a later month, or that month's last: 30 November and three months are 28 February. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}
