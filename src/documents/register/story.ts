/** A document as its page tells it, with people as they are called. */
import type { z } from 'zod';
import { listAccounts } from '../../access/access.ts';
import { levelName } from '../../base/level.ts';
import type { Account } from '../../http/route.ts';
import { aliases, peopleOf } from '../../identities/identities.ts';
import { after, type Copy, type CustodyEntry } from '../custody.ts';
import { peopleGone } from './facts/store.ts';
import { copiesAway, holders, type ListedDocument, listDocuments } from './lists/store.ts';
import { levelsOf, readSteps } from './record.ts';
import type * as shapes from './shapes.ts';
import { CUSTODY, type Done, IMPORT, type Step } from './step.ts';
import * as store from './store.ts';
import { documentOf, type Register, today } from './work.ts';

/** What the accounts are called that took steps. */
export async function namesOf({ casework, clock }: Pick<Register, 'casework' | 'clock'>) {
  const names = new Map((await listAccounts({ db: casework, clock })).map(({ id, name }) => [id, name]));
  return (by: string): string => names.get(by) ?? (by === IMPORT ? '' : by);
}

export function rowShown({ level, waiting, ...row }: ListedDocument): z.input<typeof shapes.Row> {
  return { ...row, level: levelName(level), waiting: waiting as ('downgrade' | 'destruction')[] };
}

/** Everything about one document. Throws `not-found`. */
export async function wholeOf(
  register: Register,
  account: Pick<Account, 'id'>,
  id: string,
): Promise<z.input<typeof shapes.Whole>> {
  const { row, steps, record } = await documentOf(register, id);
  const nameOf = await namesOf(register);
  const people = await peopleOf(register, CUSTODY, [...aliasesIn(steps)]);
  const shown = (alias: string) => people.get(alias) ?? alias;
  const day = today(register);
  const { path, title, owner, project, registered, working, decoy, origin, keep_until, sha256, downgrade } = record;
  return {
    ...{ id, path, title, owner, project, registered, working, decoy, origin, keep_until, sha256, today: day },
    ...{ level: levelName(record.level), waiting: row.waiting as ('downgrade' | 'destruction')[] },
    levels: levelsOf(steps).map(({ level, confirmedBy, ...change }) => ({
      ...{ ...change, level: levelName(level), by_name: nameOf(change.by) },
      confirmed_by: confirmedBy === undefined ? null : nameOf(confirmedBy),
    })),
    downgrade: downgrade
      ? {
          ...downgrade,
          level: levelName(downgrade.level),
          by_name: nameOf(downgrade.by),
          own: downgrade.by === account.id,
        }
      : null,
    need_to_know: [...record.needToKnow].map((one) => named(one, shown)),
    copies: [...record.copies.values()].map((copy) => copyShown(copy, steps, { shown, nameOf, day, own: account.id })),
    steps: steps.map(({ step, by, at }, index) => ({
      ...{ n: index + 1, kind: step.kind, by, by_name: nameOf(by), at, step: stepShown(step, shown) },
    })),
  };
}

interface Telling {
  readonly shown: (alias: string) => string;
  readonly nameOf: (by: string) => string;
  readonly day: string;
  readonly own: string;
}

function copyShown(
  copy: Copy,
  steps: readonly Done[],
  { shown, nameOf, day, own }: Telling,
): z.input<typeof shapes.Copy> {
  const { proposed, certificate, holder, due, lastSeen } = copy;
  return {
    ...{ copy: copy.copy, state: copy.state, since: copy.since, missing: copy.missing, last_seen: lastSeen },
    ...{ holder: holder === undefined ? null : shown(holder), due: due ?? null },
    overdue: due !== undefined && due < day,
    proposed: proposed ? { ...proposed, by_name: nameOf(proposed.by), own: proposed.by === own } : null,
    certificate: certificate?.sha256 ?? null,
    places: placesOf(copy, steps, shown),
  };
}

/** Where a copy has been: it is always at exactly one place. */
function placesOf({ copy, document }: Copy, steps: readonly Done[], shown: (alias: string) => string) {
  const places: z.input<typeof shapes.Held>[] = [];
  let now: Copy | undefined;
  for (const { step, by, at } of steps) {
    if (step.kind !== 'copy' || step.copy !== copy) continue;
    const { kind: _, ...entry } = step;
    const next = after(now, { ...entry, document, by, at } as CustodyEntry);
    if (now === undefined || next.since !== now.since || next.state !== now.state || next.holder !== now.holder) {
      const last = places.at(-1);
      if (last) last.to = at;
      const holder = next.holder === undefined ? null : shown(next.holder);
      places.push({ from: at, to: null, state: next.state, holder, due: next.due ?? null });
    }
    now = next;
  }
  return places;
}

function* aliasesIn(steps: readonly Done[]): Generator<string> {
  for (const { step } of steps) {
    if (step.kind === 'copy' && 'to' in step) yield step.to;
    if (step.kind === 'need to know')
      for (const one of [...step.add, ...step.remove]) if (one.startsWith(PERSON)) yield one.slice(PERSON.length);
  }
}

const PERSON = 'person:';
const named = (one: string, shown: (alias: string) => string): string =>
  one.startsWith(PERSON) ? `${PERSON}${shown(one.slice(PERSON.length))}` : one;

function stepShown(step: Step, shown: (alias: string) => string): unknown {
  if (step.kind === 'need to know') {
    const all = (list: readonly string[]) => list.map((one) => named(one, shown));
    return { ...step, add: all(step.add), remove: all(step.remove) };
  }
  if (step.kind === 'copy' && 'to' in step) return { ...step, to: shown(step.to) };
  return 'level' in step ? { ...step, level: levelName(step.level) } : step;
}

/** The aliases of custodians who have left by today. */
export async function goneCustodians(register: Register): Promise<string[]> {
  const gone = new Set(await peopleGone(register.events, today(register)));
  if (gone.size === 0) return [];
  const people = await peopleOf(register, CUSTODY, await holders(register.casework));
  return [...people].filter(([, user]) => gone.has(user)).map(([alias]) => alias);
}

/** The alias of somebody in custody, so that lists can ask for what he has. */
export const aliasIn = async (register: Register, userUid: string): Promise<string> =>
  (await aliases(register, CUSTODY, [userUid])).get(userUid)!;

const MOST_LISTED = 500;

/** The register as a list, the highest levels first. */
export async function listRegister(
  register: Register,
  filter: { levels: readonly number[]; owner?: string | undefined; project?: string | undefined },
) {
  const asked = { ...filter, today: today(register), gone: [] };
  const { total, documents } = await listDocuments(register.casework, asked, { offset: 0, limit: MOST_LISTED });
  return { total, documents: documents.map(rowShown) };
}

const MOST_AWAY = 10_000;

/** Copies that somebody has, those overdue first, for the lists on paper. */
export async function awayList(register: Register) {
  const rows = await copiesAway(register.casework, MOST_AWAY);
  const people = await peopleOf(register, CUSTODY, [...new Set(rows.map(({ holder }) => holder!))]);
  const gone = new Set(await goneCustodians(register));
  const day = today(register);
  return rows.map(({ document, copy, path, level, holder, state, since, due, missing }) => ({
    ...{ document, copy, path, level: levelName(level), holder: people.get(holder!) ?? holder!, state, due, missing },
    ...{ since: new Date(since).toISOString(), overdue: due !== null && due < day, left: gone.has(holder!) },
  }));
}

/** What waits for a second person, as he is to see it: the document, what is proposed, why and by whom. */
export async function proposalsOf(register: Register, account: Pick<Account, 'id'>) {
  const nameOf = await namesOf(register);
  const rows = await store.waiting(register.casework, 1000);
  const steps = await store.stepsOf(
    register.casework,
    rows.map(({ id }) => id),
  );
  return rows.flatMap(({ id }) => proposalsIn(id, steps.get(id)!, nameOf, account.id));
}

function proposalsIn(id: string, steps: readonly Done[], nameOf: (by: string) => string, own: string) {
  const { path, title, level, downgrade, copies } = readSteps(id, steps);
  const document = { id, path, title, level: levelName(level) };
  const said = (by: string, at: string) => ({ by_name: nameOf(by), at, own: by === own });
  const found: z.input<typeof shapes.Proposal>[] = [];
  if (downgrade)
    found.push({
      ...{ ...document, kind: 'downgrade', copy: null, to: levelName(downgrade.level), why: downgrade.reason },
      ...said(downgrade.by, downgrade.at),
    });
  for (const { copy, proposed } of copies.values())
    if (proposed)
      found.push({
        ...{ ...document, kind: 'destruction', copy, to: null, why: proposed.how },
        ...said(proposed.by, proposed.at),
      });
  return found;
}
