import {
  type Access,
  createAccount,
  disableAccount,
  grantRole,
  linkAccount,
  linkPerson,
  listAccounts,
  ROLES,
  type Role,
  revokeRole,
  setPassword,
} from '../access/access.ts';
import { Fault } from '../base/fault.ts';
import { randomToken } from '../base/id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openData } from '../stores/data.ts';
import { type AnyCommand, command } from './command.ts';
import { consoleAccess, consoleConfig } from './console.ts';
import { choice, dataOption, flag, optionalOperand, text } from './option.ts';
import { openRecord } from './record.ts';

const NAMES = Object.keys(ROLES) as Role[];

export const account: AnyCommand = command({
  name: 'account',
  summary: 'list accounts; make or change one, and what it may do',
  description: [
    'Without a name it lists the accounts. A name that is new becomes an account with the role,',
    'and its password is printed, once. An account that is there gets what is asked for: a role',
    'more, a role less, whose it is, or an end; if nothing is, a new password. Its sessions end.',
    'Say whose an account is (--person, as the directory calls the person): nobody is shown',
    'anything about himself, matters about those who watch go to independent reviewers, and',
    'roles that are kept apart are kept apart over all accounts of one person.',
    "An employee's account belongs to the person of the same name unless --person says otherwise.",
  ].join('\n'),
  operands: { name: optionalOperand('NAME', 'The name to sign in with.') },
  options: {
    data: dataOption,
    role: choice(NAMES)('ROLE', `A role to give: ${NAMES.join(', ')}. Default for a new account: employee.`),
    person: text('ID', 'Whose account it is, as the directory calls the person.'),
    revoke: choice(NAMES)('ROLE', 'A role to take away.'),
    provider: text('NAME', "What the organisation's own sign-in (oidc_issuer) calls whoever has the account."),
    disable: flag('Shut the account.'),
  },
  example: 'countersign account mira --role analyst --person ABC1234 --data data',
  exits: [3, 4, 5],
  async run({ operands, options, out }) {
    const data = await openData(options.data, { purpose: 'countersign account' });
    let ledger: Ledger | undefined;
    try {
      ledger = await openRecord(data);
      const access = consoleAccess(data, consoleConfig(options.data, undefined), ledger);
      if (operands.name === undefined) await list(access, out);
      else await change(access, { ...options, name: operands.name }, out);
      return undefined;
    } finally {
      await ledger?.close();
      await data.close();
    }
  },
});

async function list(access: Access, out: (text: string) => void): Promise<void> {
  for (const { name, roles, person, disabledAt } of await listAccounts(access)) {
    const whose = person === null ? 'nobody said whose' : `of ${person}`;
    out(`${name.padEnd(24)}  ${roles.join(', ') || 'no role'}; ${whose}${disabledAt ? '; disabled' : ''}`);
  }
}

interface Wanted {
  readonly name: string;
  readonly role: Role | undefined;
  readonly person: string | undefined;
  readonly revoke: Role | undefined;
  readonly provider: string | undefined;
  readonly disable: boolean;
}

async function change(access: Access, wanted: Wanted, out: (text: string) => void): Promise<void> {
  const { name, role, person, revoke, provider, disable } = wanted;
  const isKnown = (await listAccounts(access)).some((one) => one.name.toLowerCase() === name.toLowerCase());
  const asked = [role, person, revoke, provider].some((value) => value !== undefined) || disable;
  if (!isKnown) {
    if (revoke !== undefined || disable)
      throw new Fault('not-found', 'There is no account of that name.', { place: name });
    const password = randomToken(15);
    const given = role ?? 'employee';
    await createAccount(access, {
      name,
      role: given,
      password,
      person: person ?? (given === 'employee' ? name : undefined),
    });
    if (provider !== undefined) await linkAccount(access, { name, expected: provider });
    out(`${name} signs in with the password ${password}   (shown only now)`);
  } else if (asked) {
    if (revoke !== undefined) await revokeRole(access, { name, role: revoke });
    if (person !== undefined) await linkPerson(access, { name, person });
    if (role !== undefined) await grantRole(access, { name, role });
    if (provider !== undefined) await linkAccount(access, { name, expected: provider });
    if (disable) await disableAccount(access, { name });
    await list(access, out);
  } else {
    const password = randomToken(15);
    await setPassword(access, { name, password });
    out(`${name} signs in with the password ${password}   (shown only now)`);
  }
}
