/**
 * Custody of numbered copies: who holds which, since when, and what became of it. Pure rules: the state of a copy is what
 * its entries make of it, one after the other, and an entry that does not fit is refused with the reason. The entries are
 * what is kept; nothing else about a copy is true.
 */
import { createHash } from 'node:crypto';
import { Fault } from '../base/fault.ts';

/** Times are ISO 8601 in UTC; people are accounts; a copy is known by its document's path and its number. */
interface Entry {
  readonly at: string;
  readonly by: string;
  readonly document: string;
  readonly copy: number;
}

export type CustodyEntry =
  /** The copy is made and lies in the registry. */
  | (Entry & { readonly act: 'registered' })
  /** Given to somebody for good, or until it is asked for. */
  | (Entry & { readonly act: 'issued'; readonly to: string })
  /** Lent until a day, YYYY-MM-DD, that day included. */
  | (Entry & { readonly act: 'lent'; readonly to: string; readonly due: string })
  | (Entry & { readonly act: 'returned' })
  /** Looked for and seen, or not, where it should be. */
  | (Entry & { readonly act: 'inventoried'; readonly seen: boolean })
  /** One person proposes, another confirms having seen it done. */
  | (Entry & { readonly act: 'destruction proposed'; readonly how: string })
  | (Entry & { readonly act: 'destruction confirmed' })
  | (Entry & { readonly act: 'destruction withdrawn' });

export interface Copy {
  readonly document: string;
  readonly copy: number;
  readonly state: 'in registry' | 'issued' | 'lent' | 'destroyed';
  /** Who holds it; undefined in the registry and when destroyed. */
  readonly holder: string | undefined;
  readonly since: string;
  readonly due: string | undefined;
  /** Who has proposed its destruction, how, and when. */
  readonly proposed: { readonly by: string; readonly how: string; readonly at: string } | undefined;
  /** When it was last seen at an inventory, or handed over a desk. */
  readonly lastSeen: string;
  /** The last inventory did not find it. */
  readonly missing: boolean;
  readonly certificate: Certificate | undefined;
}

/** What is signed when a copy is destroyed. The digest covers every other field: it goes into the ledger. */
export interface Certificate {
  readonly document: string;
  readonly copy: number;
  readonly how: string;
  readonly proposedBy: string;
  readonly confirmedBy: string;
  readonly at: string;
  readonly sha256: string;
}

export const copyKey = ({ document, copy }: { document: string; copy: number }) => `${document}\n${copy}`;

/** Every copy as its entries leave it. Errors: invalid-input at the first entry that does not fit, with its place. */
export function copiesOf(entries: readonly CustodyEntry[]): Map<string, Copy> {
  const copies = new Map<string, Copy>();
  for (const [at, entry] of entries.entries()) {
    const key = copyKey(entry);
    copies.set(key, after(copies.get(key), entry, `entry ${at + 1}`));
  }
  return copies;
}

/** The copy after one more entry. Errors: invalid-input, and then nothing has changed. */
export function after(copy: Copy | undefined, entry: CustodyEntry, place = `copy ${entry.copy}`): Copy {
  const refuse = (why: string): never => {
    throw new Fault('invalid-input', `${entry.act}: ${why}`, { place });
  };
  if (entry.act === 'registered') {
    if (copy) refuse('this copy is registered already');
    return { ...FRESH, document: entry.document, copy: entry.copy, since: entry.at, lastSeen: entry.at };
  }
  if (!copy) return refuse('this copy is not registered');
  if (copy.state === 'destroyed') return refuse('this copy was destroyed');
  if (entry.at < copy.since) return refuse(`it is dated before ${copy.since}, since when the copy is ${copy.state}`);
  const away = copy.holder !== undefined;
  // Whoever handles a copy that is to be destroyed must first say that it is not.
  const moves = entry.act === 'issued' || entry.act === 'lent' || entry.act === 'returned';
  if (moves && copy.proposed) return refuse('its destruction is proposed; withdraw that first');
  switch (entry.act) {
    case 'issued':
    case 'lent': {
      if (away) return refuse('somebody else has it; it has to be returned first');
      const due = entry.act === 'lent' ? entry.due : undefined;
      if (due !== undefined && due < entry.at.slice(0, 10)) return refuse('it is due before it is lent');
      return { ...copy, ...seen(entry), state: entry.act, holder: entry.to, since: entry.at, due };
    }
    case 'returned':
      if (!away) return refuse('it is in the registry');
      return { ...copy, ...seen(entry), state: 'in registry', holder: undefined, since: entry.at, due: undefined };
    case 'inventoried':
      return entry.seen ? { ...copy, ...seen(entry) } : { ...copy, missing: true };
    case 'destruction proposed':
      if (copy.proposed) return refuse('it is proposed already');
      return { ...copy, proposed: { by: entry.by, how: entry.how, at: entry.at } };
    case 'destruction withdrawn':
      if (!copy.proposed) return refuse('nobody has proposed it');
      return { ...copy, proposed: undefined };
    case 'destruction confirmed':
      return destroyed(copy, entry, refuse);
  }
}

const FRESH: Omit<Copy, 'document' | 'copy' | 'since' | 'lastSeen'> = {
  ...{ holder: undefined, due: undefined, proposed: undefined, missing: false, certificate: undefined },
  state: 'in registry',
};

const seen = ({ at }: CustodyEntry) => ({ lastSeen: at, missing: false });

/** Two people, or one could make a copy disappear and certify that it is gone. */
function destroyed(copy: Copy, entry: CustodyEntry, refuse: (why: string) => never): Copy {
  const { proposed } = copy;
  if (!proposed) return refuse('nobody has proposed it');
  if (proposed.by === entry.by) return refuse('who has proposed it cannot confirm it');
  if (entry.at < proposed.at) return refuse('it is dated before the proposal');
  if (copy.missing) return refuse('the last inventory did not find it: what is missing cannot be destroyed');
  const fields = {
    ...{ document: copy.document, copy: copy.copy, how: proposed.how },
    ...{ proposedBy: proposed.by, confirmedBy: entry.by, at: entry.at },
  };
  const sha256 = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
  const certificate = { ...fields, sha256 };
  const gone = { holder: undefined, due: undefined, proposed: undefined };
  return { ...copy, ...gone, state: 'destroyed', since: entry.at, certificate };
}

/** Copies that were lent and are not back on the day after they were due, the longest overdue first. */
export function overdue(copies: Iterable<Copy>, day: string): Copy[] {
  return [...copies]
    .filter(({ state, due }) => state === 'lent' && due !== undefined && due < day)
    .sort((one, other) => (one.due! < other.due! ? -1 : 1));
}

/** Copies that people who have left still hold: never returned. */
export function neverReturned(copies: Iterable<Copy>, gone: ReadonlySet<string>): Copy[] {
  return [...copies].filter(({ holder }) => holder !== undefined && gone.has(holder));
}

/** Copies that the last inventory did not find. */
export function missing(copies: Iterable<Copy>): Copy[] {
  return [...copies].filter((copy) => copy.missing && copy.state !== 'destroyed');
}
