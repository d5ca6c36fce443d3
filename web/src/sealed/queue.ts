/** How a recipient's queue is laid out: what is due first, and junk together, so that a flood hides nothing. */
import type { Conversation } from '../../../src/reports/protocol/protocol.ts';

export interface Row {
  readonly id: string;
  readonly conversation: Conversation;
  /** The day the first report arrived. */
  readonly day: string;
  readonly door: 'seen' | 'self';
  readonly text: string;
  readonly messages: number;
  readonly files: number;
  /** Whether the reader has stepped out of it. */
  readonly isOut: boolean;
  /** Which answer waits: the acknowledgement, an answer to something new, the feedback; undefined for none. */
  readonly waits: 'acknowledge' | 'answer' | 'feedback' | undefined;
  /** The last day for it; undefined where no clock runs. */
  readonly due: string | undefined;
}

/** Reports that nobody has answered and that look like junk: `same` words in each, `empty`, or a `flood` on one day. */
export interface Group {
  readonly key: string;
  readonly why: 'same' | 'empty' | 'flood';
  readonly day: string;
  readonly text: string;
  readonly rows: readonly Row[];
}

export interface Arranged {
  readonly waiting: readonly Row[];
  readonly groups: readonly Group[];
  readonly answered: readonly Row[];
}

/** From so many reports with the same words on, they are shown as one. */
const ALIKE = 3;
/** From so many unanswered first reports on one day on. */
const FLOOD = 40;

/**
 * `own` is the reader's key. `find` keeps only what holds this text or has this id, ungrouped: what is searched for must
 * not hide in a group.
 */
export function arrange(conversations: readonly Conversation[], own: string, find = ''): Arranged {
  const wanted = find.trim().toLowerCase();
  const all = conversations.map((one) => rowOf(one, own)).filter((row) => wanted === '' || holds(row, wanted));
  const answered = all.filter(({ waits }) => waits === undefined).sort((a, b) => order(b.day, a.day));
  const waiting = all.filter(({ waits }) => waits !== undefined).sort(byDue);
  if (wanted !== '') return { waiting, groups: [], answered };
  const groups = groupsOf(waiting);
  const grouped = new Set(groups.flatMap(({ rows }) => rows));
  return { waiting: waiting.filter((row) => !grouped.has(row)), groups, answered };
}

export function rowOf(conversation: Conversation, ownKey: string): Row {
  const { id, entries, reporter, clocks } = conversation;
  const [first] = entries;
  const isOut = entries.some(({ letter, writer }) => letter.kind === 'recusal' && writer === ownKey);
  const own = entries.filter(({ writer }) => writer === reporter);
  const isNew = entries.at(-1)?.writer === reporter;
  const due = isOut ? undefined : (clocks.acknowledge ?? clocks.feedback);
  const waits = isOut
    ? undefined
    : clocks.acknowledge
      ? 'acknowledge'
      : isNew
        ? 'answer'
        : clocks.feedback
          ? 'feedback'
          : undefined;
  return {
    ...{ id, conversation, due, waits, isOut, messages: entries.length },
    ...{ day: first?.day ?? '', door: first?.letter.door ?? 'seen', text: first?.letter.text.trim() ?? '' },
    files: own.reduce((sum, { letter }) => sum + letter.files.length, 0),
  };
}

/** Only what nobody has answered yet is ever grouped: a report that somebody took up stays where it is. */
function groupsOf(waiting: readonly Row[]): Group[] {
  const fresh = waiting.filter(({ waits, messages }) => waits === 'acknowledge' && messages === 1);
  const groups: Group[] = [];
  const put = (rows: readonly Row[], why: Group['why'], keyOf: (row: Row) => string, least: number): Row[] => {
    const by = Map.groupBy(rows, keyOf);
    for (const [key, same] of by) {
      const [first] = same;
      if (same.length >= least && first)
        groups.push({ key: `${why} ${key}`, why, day: first.day, text: first.text, rows: same });
    }
    return rows.filter((row) => (by.get(keyOf(row))?.length ?? 0) < least);
  };
  const isEmpty = ({ text, files }: Row): boolean => text === '' && files === 0;
  put(fresh.filter(isEmpty), 'empty', () => '', ALIKE);
  const rest = put(
    fresh.filter((row) => !isEmpty(row)),
    'same',
    ({ text }) => text,
    ALIKE,
  );
  put(rest, 'flood', ({ day }) => day, FLOOD);
  return groups.sort((a, b) => order(b.day, a.day));
}

function holds({ id, conversation }: Row, wanted: string): boolean {
  return id.startsWith(wanted) || conversation.entries.some(({ letter }) => letter.text.toLowerCase().includes(wanted));
}

const byDue = (a: Row, b: Row): number =>
  order(a.due ?? '9999', b.due ?? '9999') || order(a.day, b.day) || order(a.id, b.id);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whole days from `today` to `day`, both YYYY-MM-DD; negative once it has passed. */
export function daysUntil(day: string, today: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
}

/**
 * A stranger's text without signs that make it read as something else: control characters, and those that turn the
 * direction of what follows.
 */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** The beginning of a text, in one line. */
export function excerpt(text: string, most: number): string {
  const line = plain(text).replaceAll(/\s+/g, ' ');
  return line.length > most ? `${line.slice(0, most).replace(/\s\S{0,20}$/, '')}…` : line;
}

/** A stranger's file name as one that leads nowhere and hides no ending. */
export function fileName(name: string): string {
  const last = plain(name).split(/[\\/]/).at(-1) ?? '';
  return (
    last
      .replaceAll(/[\ufffd<>:"|?*]/g, '_')
      .replace(/^[.\s]+/, '')
      .trim() || 'attachment'
  );
}
