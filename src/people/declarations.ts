/** Declaring, and reading one's own declarations. */
import type { Clock } from '../base/clock.ts';
import { randomId } from '../base/id.ts';
import type { Account } from '../http/route.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { type Declaration, isContact } from './declaration.ts';
import * as store from './store.ts';

export interface People {
  readonly casework: CaseworkDb;
  readonly events: Events;
  readonly clock: Clock;
}

export interface Declared extends Declaration {
  readonly declared_on: string;
}

/**
 * Keeps a declaration of the signed-in account and makes it known: it can explain an outside contact or an absence, and
 * no detection counts it. It is the declaration of the account's person; where nobody said who that is, of the person who
 * has the account's name in the directory, and where there is none, nothing is explained.
 */
export async function declare(people: People, as: Account, declaration: Declaration): Promise<void> {
  const { casework, events, clock } = people;
  const userUid = await personOfAccount(people, as);
  const declaredOn = clock().toISOString().slice(0, 10);
  await store.insertDeclaration(casework, {
    ...declaration,
    id: randomId(),
    user_uid: userUid,
    declared_on: declaredOn,
  });
  if (isContact(declaration.kind)) await store.insertDeclaredContact(events, userUid, declaredOn);
  else {
    const { first_day: firstDay, last_day: lastDay } = declaration;
    await store.insertAbsence(events, { userUid, firstDay, lastDay: lastDay ?? firstDay, declaredOn });
  }
}

/** What the account itself has declared, and nobody else's. */
export async function ownDeclarations(people: People, as: Account): Promise<Declared[]> {
  return await store.selectDeclarations(people.casework, await personOfAccount(people, as));
}

/** Whose account it is: as somebody said, or else the person of the directory who has its name. */
export async function personOfAccount({ events }: People, as: Account): Promise<string> {
  return as.person ?? (await store.userOfAccount(events, as.name)) ?? as.name;
}
