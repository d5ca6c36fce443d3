/** Carrying out what a file asks for, one task after the other; what leans on entries further down waits for the end. */
import { Fault } from '../../base/fault.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import type { Sealing } from '../../stores/sealing.ts';
import * as keep from '../directory/keep.ts';
import * as store from '../directory/store.ts';
import { keyOf } from '../links/link.ts';
import { type LinkWish, linkWithin, mustNotLink } from '../links/links.ts';
import { checked, type Said, saidBy } from './entry.ts';
import { type Bad, dnKey, firstRdn, type LdifRecord, renamed } from './ldif.ts';
import type { GroupTask, PersonTask, RecordTask, Task } from './tasks.ts';

export interface Change {
  readonly line: number;
  readonly what: 'added' | 'changed' | 'ended' | 'linked';
  /** An account, or `group NAME`. */
  readonly who: string;
}

/** What is told of an import, while it grows. */
export interface Told {
  readonly changes: Change[];
  unchanged: number;
  passedOver: number;
  readonly bad: Bad[];
}

/** Names by account: to be sealed, and in no report. */
export type Names = Map<string, { user: string; name: string; address: string }>;

/** How many in a transaction. */
export const BATCH = 100;

interface Later {
  readonly line: number;
  readonly id: string;
  readonly user: string;
  readonly manager?: string | undefined;
  /** The manager's id, where he was known at once. */
  readonly boss?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** Carries out the changes of one file, and keeps what has to wait until all of it is read. */
export class Work {
  readonly #sealing: Pick<Sealing, 'mark'>;
  readonly #report: Told;
  readonly #names: Names;
  readonly #told = new Set<string>();
  readonly #people: Later[] = [];
  readonly #groups: { line: number; id: string; members: readonly string[]; names: readonly string[] }[] = [];

  constructor(sealing: Pick<Sealing, 'mark'>, report: Told, names: Names) {
    this.#sealing = sealing;
    this.#report = report;
    this.#names = names;
  }

  async take(under: keep.Under, task: Task): Promise<void> {
    try {
      if (task.kind === 'record') await this.#record(under, task.record);
      else if (task.kind === 'link') await this.#link(under, task.line, task.wish);
      else if (task.kind === 'group') await this.#group(under, task);
      else if (task.kind === 'person') await this.#person(under, task);
      else await this.#service(under, task);
    } catch (error) {
      if (!(error instanceof Fault) || error.status >= 500) throw error;
      this.#report.bad.push({ line: task.line, message: error.message });
    }
  }

  /** What waits, in batches. */
  *later(): Generator<(under: keep.Under) => Promise<void>> {
    for (let at = 0; at < this.#people.length; at += BATCH) {
      yield async (under) => {
        for (const one of this.#people.slice(at, at + BATCH)) await this.#settle(under, one);
      };
    }
    for (const group of this.#groups) yield (under) => this.#members(under, group);
  }

  async #link(under: keep.Under, line: number, wish: LinkWish): Promise<void> {
    await mustNotLink(under.tx, wish.account);
    const isNew = await linkWithin(under.tx, under.touch, wish, true);
    if (isNew) this.#changed(line, 'linked', wish.account);
    else this.#report.unchanged += 1;
  }

  async #service(under: keep.Under, { line, said }: PersonTask): Promise<void> {
    const wish = { account: said.userName, person: '', kind: 'service', from: under.day } as const;
    await this.#link(under, line, { ...wish, source: 'directory', now: under.now });
  }

  async #person(under: keep.Under, { line, dn, said }: PersonTask): Promise<void> {
    const { tx } = under;
    const mark = dn === undefined ? undefined : this.#mark(dn);
    const found =
      (mark === undefined ? undefined : await store.personByExternalId(tx, 'import', mark)) ??
      (await store.peopleByName(tx, keyOf(said.userName))).find(({ deleted_at }) => deleted_at === null);
    if (found?.source === 'scim') {
      throw new Fault('invalid-input', 'SCIM keeps this account; what a file says of it is not taken.');
    }
    const id = found?.id ?? (await this.#add(under, line, said, mark ?? null));
    if (found !== undefined) await this.#change(under, line, found, said, mark ?? found.external_id);
    await this.#follow(under, line, id, said);
  }

  async #add(
    under: keep.Under,
    line: number,
    said: Said & { userName: string },
    externalId: string | null,
  ): Promise<string> {
    const { userName, active = true, email = '', role = '', department = '' } = said;
    const id = await keep.addPerson(under, {
      ...checked({ userName, email, role, department }),
      active,
      externalId,
      managerId: null,
    });
    this.#changed(line, 'added', userName);
    return id;
  }

  async #change(
    under: keep.Under,
    line: number,
    row: store.PersonRow,
    said: Said,
    externalId: string | null,
  ): Promise<void> {
    const { userName = row.user_name, active = row.active, email = row.email, role = row.role } = said;
    const { department = row.department } = said;
    const entry = { ...checked({ userName, email, role, department }), active, externalId, managerId: row.manager_id };
    const isChanged = await keep.changePerson(under, row.id, entry);
    if (isChanged) this.#changed(line, 'changed', userName);
    else this.#report.unchanged += 1;
  }

  async #follow(under: keep.Under, line: number, id: string, said: Said): Promise<void> {
    const { user_uid: user, email: address } = await keep.livePerson(under.tx, id);
    for (const other of said.otherNames ?? []) await keep.linkName(under, other, user);
    if (said.name) this.#names.set(user, { user, name: said.name, address });
    if (said.manager !== undefined || said.groups !== undefined) {
      // Whoever is known now is meant as he is called now: a record further down may rename him.
      const [boss] = said.manager ? await this.#idsOf(under.tx, [said.manager]) : [];
      this.#people.push({ line, id, user, boss, manager: said.manager, groups: said.groups });
    }
  }

  async #group(under: keep.Under, { line, dn, entry }: GroupTask): Promise<void> {
    const mark = this.#mark(dn);
    const found = await store.groupByExternalId(under.tx, 'import', mark);
    const id = found?.id ?? (await keep.addGroup(under, { name: entry.name, externalId: mark, members: [] }));
    if (found === undefined) this.#changed(line, 'added', `group ${entry.name}`);
    else if (found.name !== entry.name) {
      await keep.changeGroup(under, id, {
        name: entry.name,
        externalId: mark,
        members: await store.membersOf(under.tx, id),
      });
      this.#changed(line, 'changed', `group ${entry.name}`);
    } else this.#report.unchanged += 1;
    if (entry.members.length + entry.memberNames.length > 0) {
      this.#groups.push({ line, id, members: entry.members, names: entry.memberNames });
    }
  }

  async #record(under: keep.Under, record: RecordTask['record']): Promise<void> {
    const { tx } = under;
    const { line, dn } = record;
    const mark = this.#mark(dn);
    const person = await store.personByExternalId(tx, 'import', mark);
    const group = person === undefined ? await store.groupByExternalId(tx, 'import', mark) : undefined;
    if (person === undefined && group === undefined)
      throw new Fault('invalid-input', 'No entry of this dn was imported.');
    const who = person?.user_name ?? `group ${group!.name}`;
    if (record.kind === 'delete') {
      if (person !== undefined) await keep.removePerson(under, person.id);
      else await keep.removeGroup(under, group!.id);
      this.#changed(line, 'ended', who);
    } else if (record.kind === 'rename') {
      const { attribute, value } = firstRdn(record.newRdn);
      const externalId = this.#mark(renamed(dn, record.newRdn, record.newSuperior));
      const isName = attribute === 'uid' || attribute === 'samaccountname';
      if (person !== undefined) await this.#change(under, line, person, isName ? { userName: value } : {}, externalId);
      else {
        const members = await store.membersOf(tx, group!.id);
        await keep.changeGroup(under, group!.id, {
          name: attribute === 'cn' ? value : group!.name,
          externalId,
          members,
        });
        this.#changed(line, 'changed', who);
      }
    } else if (person !== undefined) {
      const said = saidBy(record.modifications);
      await this.#change(under, line, person, said, mark);
      await this.#follow(under, line, person.id, said);
    } else await this.#modifyGroup(under, group!, record);
  }

  async #modifyGroup(
    under: keep.Under,
    group: store.GroupRow,
    { line, modifications }: Extract<LdifRecord, { kind: 'modify' }>,
  ) {
    let members = await store.membersOf(under.tx, group.id);
    for (const { op, attribute, values } of modifications) {
      if (!['member', 'uniquemember', 'memberuid'].includes(attribute)) continue;
      const named = await this.#idsOf(under.tx, values);
      if (op === 'add') members = [...new Set([...members, ...named])];
      else if (op === 'replace') members = named;
      else members = values.length === 0 ? [] : members.filter((id) => !named.includes(id));
    }
    await keep.changeGroup(under, group.id, { name: group.name, externalId: group.external_id, members });
    this.#changed(line, 'changed', `group ${group.name}`);
  }

  async #settle(under: keep.Under, { line, id, user, boss, manager, groups }: Later): Promise<void> {
    const { tx } = under;
    const row = await store.personById(tx, id);
    if (row === undefined || row.deleted_at !== null) return;
    if (manager !== undefined) {
      const known = boss === undefined && manager !== '' ? await this.#idsOf(tx, [manager]) : [];
      const managerId = boss ?? known[0] ?? null;
      if (manager !== '' && managerId === null) {
        this.#report.bad.push({
          line,
          message: `The supervisor of ${user} is nobody in the directory; the rest is taken.`,
        });
      }
      const { user_name: userName, external_id: externalId, active, email, role, department } = row;
      const entry = { userName, externalId, active, email, role, department, managerId };
      if (managerId !== row.manager_id && (await keep.changePerson(under, id, entry)))
        this.#changed(line, 'changed', user);
    }
    if (groups !== undefined) await this.#join(under, { line, id, user, groups });
  }

  /** Somebody is in these groups of imports and in no others. */
  async #join(under: keep.Under, { line, id, user, groups }: Later & { groups: readonly string[] }): Promise<void> {
    const { tx } = under;
    const wanted = new Set<string>();
    for (const said of groups) {
      const isDn = said.includes('=');
      const name = isDn ? firstRdn(said).value : said;
      const externalId = isDn ? this.#mark(said) : null;
      const found = externalId
        ? await store.groupByExternalId(tx, 'import', externalId)
        : await store.groupByName(tx, 'import', name);
      wanted.add(found?.id ?? (await keep.addGroup(under, { name, externalId, members: [] })));
    }
    const before = (await store.groupsOf(tx, id)).map((group) => group.id);
    let isChanged = false;
    for (const group of new Set([...wanted, ...before])) {
      const row = await keep.liveGroup(tx, group);
      if (row.source !== 'import' || wanted.has(group) === before.includes(group)) continue;
      const members = await store.membersOf(tx, group);
      const after = wanted.has(group) ? [...members, id] : members.filter((member) => member !== id);
      await keep.changeGroup(under, group, { name: row.name, externalId: row.external_id, members: after });
      isChanged = true;
    }
    if (isChanged) this.#changed(line, 'changed', user);
  }

  async #members(
    under: keep.Under,
    { line, id, members, names }: { line: number; id: string; members: readonly string[]; names: readonly string[] },
  ) {
    const row = await store.groupById(under.tx, id);
    if (row === undefined) return;
    const wanted = await this.#idsOf(under.tx, [...members, ...names]);
    const before = await store.membersOf(under.tx, id);
    if (wanted.length === before.length && wanted.every((one) => before.includes(one))) return;
    await keep.changeGroup(under, id, { name: row.name, externalId: row.external_id, members: wanted });
    this.#changed(line, 'changed', `group ${row.name}`);
  }

  /** People by distinguished name or account name; whoever is unknown, such as a group within a group, is left out. */
  async #idsOf(tx: CaseworkDb, said: readonly string[]): Promise<string[]> {
    const ids = new Set<string>();
    for (const one of said) {
      const found = one.includes('=')
        ? await store.personByExternalId(tx, 'import', this.#mark(one))
        : (await store.peopleByName(tx, keyOf(one))).find(({ deleted_at }) => deleted_at === null);
      if (found !== undefined) ids.add(found.id);
    }
    return [...ids];
  }

  #mark = (dn: string): string => this.#sealing.mark(dnKey(dn), 'dn');

  #changed(line: number, what: Change['what'], who: string): void {
    const key = `${line}\n${who}`;
    if (!this.#told.has(key)) this.#report.changes.push({ line, what, who });
    this.#told.add(key);
  }
}
