/** What an entry of Active Directory or OpenLDAP says of an account at work. What else it says is not looked at. */
import { Fault } from '../../base/fault.ts';
import { firstRdn, type Modification } from './ldif.ts';

export type Attributes = ReadonlyMap<string, readonly string[]>;

/** What an entry says; what it does not say is undefined. */
export interface Said {
  readonly userName?: string;
  /** Other names under which the same account signs in. */
  readonly otherNames?: readonly string[];
  readonly active?: boolean;
  readonly email?: string;
  readonly role?: string;
  readonly department?: string;
  /** Distinguished name, or account name; empty for none. */
  readonly manager?: string;
  /** Distinguished names, or names. */
  readonly groups?: readonly string[];
  /** To be sealed, and kept nowhere. */
  readonly name?: string;
}

export type Entry =
  | { readonly kind: 'person'; readonly said: Said & { readonly userName: string } }
  /** A program's account. */
  | { readonly kind: 'service'; readonly said: Said & { readonly userName: string } }
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly members: readonly string[];
      readonly memberNames: readonly string[];
    }
  /** Organisational units, computers, contacts: nothing of ours. */
  | { readonly kind: 'other' };

const ACCOUNT_DISABLED = 2;
const PERSONS = ['user', 'inetorgperson', 'person', 'organizationalperson', 'posixaccount', 'account'];
const GROUPS = ['group', 'groupofnames', 'groupofuniquenames', 'groupofentries', 'posixgroup'];
const SERVICES = ['msds-groupmanagedserviceaccount', 'msds-managedserviceaccount'];

export function entryOf(dn: string, attributes: Attributes): Entry {
  const classes = (attributes.get('objectclass') ?? []).map((one) => one.toLowerCase());
  const is = (some: readonly string[]) => classes.some((one) => some.includes(one));
  const userName = first(attributes, 'samaccountname') || first(attributes, 'uid');
  if (is(SERVICES) && userName) return { kind: 'service', said: { userName } };
  if (classes.includes('computer')) return { kind: 'other' };
  if (is(GROUPS)) {
    const members = [...(attributes.get('member') ?? []), ...(attributes.get('uniquemember') ?? [])];
    const name = first(attributes, 'cn') || firstRdn(dn).value;
    return { kind: 'group', name, members, memberNames: attributes.get('memberuid') ?? [] };
  }
  if (!is(PERSONS) || !userName) return { kind: 'other' };
  const upn = first(attributes, 'userprincipalname');
  return {
    kind: 'person',
    said: {
      ...{ userName, otherNames: upn ? [upn] : [], active: isActive(attributes) ?? true },
      ...{ email: first(attributes, 'mail'), role: first(attributes, 'title'), department: departmentOf(attributes) },
      manager: first(attributes, 'manager'),
      ...(attributes.has('memberof') ? { groups: attributes.get('memberof')! } : {}),
      name: first(attributes, 'displayname') || first(attributes, 'cn'),
    },
  };
}

/** What modifications say of a person, starting from what is known: only what they touch. */
export function saidBy(modifications: readonly Modification[]): Said {
  const after = new Map<string, readonly string[]>();
  for (const { op, attribute, values } of modifications) {
    if (op === 'delete') after.set(attribute, []);
    else after.set(attribute, op === 'add' ? [...(after.get(attribute) ?? []), ...values] : values);
  }
  const touches = (...names: string[]) => names.some((name) => after.has(name));
  const active = isActive(after);
  const userName = first(after, 'samaccountname') || first(after, 'uid');
  const upn = first(after, 'userprincipalname');
  return {
    ...(userName ? { userName } : {}),
    ...(upn ? { otherNames: [upn] } : {}),
    ...(active === undefined ? {} : { active }),
    ...(touches('mail') ? { email: first(after, 'mail') } : {}),
    ...(touches('title') ? { role: first(after, 'title') } : {}),
    ...(touches('department', 'departmentnumber', 'ou') ? { department: departmentOf(after) } : {}),
    ...(touches('manager') ? { manager: first(after, 'manager') } : {}),
    ...(touches('memberof') ? { groups: after.get('memberof')! } : {}),
  };
}

/** Whether the account works, if the entry says so: Active Directory's bit, or the locks of OpenLDAP and 389. */
function isActive(attributes: Attributes): boolean | undefined {
  const control = Number(first(attributes, 'useraccountcontrol') || Number.NaN);
  if (!Number.isNaN(control)) return (control & ACCOUNT_DISABLED) === 0;
  if (attributes.has('nsaccountlock')) return first(attributes, 'nsaccountlock').toLowerCase() !== 'true';
  // The moment that means for ever; a lock after wrong passwords is none of ours.
  if (attributes.has('pwdaccountlockedtime')) return first(attributes, 'pwdaccountlockedtime') !== '000001010000Z';
  return undefined;
}

const departmentOf = (attributes: Attributes): string =>
  first(attributes, 'department') || first(attributes, 'departmentnumber') || first(attributes, 'ou');

const first = (attributes: Attributes, name: string): string => attributes.get(name)?.[0]?.trim() ?? '';

/** Texts of an entry that can be kept. Throws `invalid-input`. */
export function checked<T extends Record<string, string>>(said: T): T {
  for (const [name, value] of Object.entries(said)) {
    if (value.length > 320 || /\p{Cc}/u.test(value)) {
      throw new Fault('invalid-input', `${name} is longer than 320 characters or holds control characters.`);
    }
  }
  return said;
}
