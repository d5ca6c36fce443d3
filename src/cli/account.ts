import { createAccount, isRole, listAccounts, ROLES, type Role, setPassword } from '../access/access.ts';
import { Fault } from '../base/fault.ts';
import { randomToken } from '../base/id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openData } from '../stores/data.ts';
import { type AnyCommand, command } from './command.ts';
import { consoleAccess, consoleConfig, consoleLedger } from './console.ts';
import { choice, dataOption, optionalOperand } from './option.ts';

export const account: AnyCommand = command({
  name: 'account',
  summary: 'list accounts, or make one and print its password',
  description: [
    'Without a name it lists the accounts. With one it makes the account and prints its password,',
    'once; where the account is there already, it gets a new password and its sessions end.',
    "An employee's account has the name that the directory has for the person.",
  ].join('\n'),
  operands: { name: optionalOperand('NAME', 'The name to sign in with.') },
  options: {
    data: dataOption,
    role: choice(Object.keys(ROLES) as Role[])('ROLE', `One of ${Object.keys(ROLES).join(', ')}.`, {
      default: 'employee',
    }),
  },
  example: 'countersign account ABC1234 --role employee --data data',
  exits: [3, 4, 5],
  async run({ operands, options, out }) {
    const data = await openData(options.data, { purpose: 'countersign account' });
    let ledger: Ledger | undefined;
    try {
      ledger = await consoleLedger(data);
      const access = consoleAccess(data, consoleConfig(options.data, undefined), ledger);
      const all = await listAccounts(access);
      const { name } = operands;
      if (name === undefined) {
        for (const one of all) out(`${one.name.padEnd(24)}  ${one.role}${one.disabledAt ? '  disabled' : ''}`);
        return undefined;
      }
      const password = randomToken(15);
      const known = all.find((one) => one.name.toLowerCase() === name.toLowerCase());
      if (known === undefined) {
        if (!isRole(options.role)) throw new Fault('usage', 'there is no such role', { place: '--role' });
        await createAccount(access, { name, role: options.role, password });
      } else await setPassword(access, { name, password });
      out(`${name} signs in with the password ${password}   (shown only now)`);
      return undefined;
    } finally {
      await ledger?.close();
      await data.close();
    }
  },
});
