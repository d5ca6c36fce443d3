import { createToken, listTokens, revokeToken } from '../access/access.ts';
import { Fault } from '../base/fault.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openData } from '../stores/data.ts';
import { type AnyCommand, command } from './command.ts';
import { consoleAccess, consoleConfig } from './console.ts';
import { dataOption, day, flag, operand, optionalOperand, text } from './option.ts';
import { openRecord } from './record.ts';

const ACTIONS = ['create', 'list', 'revoke'] as const;

export const token: AnyCommand = command({
  name: 'token',
  summary: 'make, list and revoke the tokens of programs',
  description: [
    'A token lets a program hand in the rows of one source. It reads nothing and opens nothing',
    'else. It is printed once; only its hash is kept.',
    'create      makes one for --source, good for ever or up to and with --until. With --directory',
    '            it opens the directory for an identity provider (SCIM) instead: docs/people.md.',
    'list        lists them, with the day of their last use.',
    'revoke ID   ends one.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    id: optionalOperand('ID', 'revoke: the token, as `token list` calls it.'),
  },
  options: {
    data: dataOption,
    source: text('NAME', 'create: the source whose rows it hands in.'),
    directory: flag('create: for an identity provider that keeps the directory; --source is its name.'),
    until: day('DAY', 'create: the last day on which it is good.'),
  },
  example: 'countersign token create --source email --until 2027-12-31 --data data',
  exits: [3, 4],
  async run({ operands: { action, id }, options, out }) {
    if (!(ACTIONS as readonly string[]).includes(action)) {
      throw new Fault('usage', `there is no action ${action}`, { place: 'ACTION' });
    }
    const needed = (value: string | undefined, place: string): string => {
      if (value !== undefined) return value;
      throw new Fault('usage', `${place} is missing`, { place: `token ${action}` });
    };
    const source = action === 'create' ? needed(options.source, '--source NAME') : '';
    const revoked = action === 'revoke' ? needed(id, 'operand ID') : '';
    const data = await openData(options.data, { purpose: 'countersign token' });
    let ledger: Ledger | undefined;
    try {
      ledger = await openRecord(data);
      const access = consoleAccess(data, consoleConfig(options.data, undefined), ledger);
      if (action === 'create') {
        const kind = options.directory ? ('directory' as const) : ('logs' as const);
        const made = await createToken(access, { source, until: options.until, kind });
        out(`${made.token}   (${made.id}, for ${options.directory ? 'the directory, ' : ''}${source}; shown only now)`);
      } else if (action === 'revoke') {
        await revokeToken(access, revoked);
        out(`${revoked} is revoked.`);
      } else {
        for (const { source, kind, lastUsedOn, ...entry } of await listTokens(access)) {
          out(
            `${entry.id}  ${source.padEnd(16)}  ${kind === 'directory' ? 'directory; ' : ''}${entry.state}; ${until(entry.expiresAt)}; last used ${lastUsedOn ?? 'never'}`,
          );
        }
      }
      return undefined;
    } finally {
      await ledger?.close();
      await data.close();
    }
  },
});

/** The last day on which it is good. */
function until(expiresAt: Date | null): string {
  if (expiresAt === null) return 'for ever';
  return `until ${new Date(expiresAt.getTime() - 1).toISOString().slice(0, 10)}`;
}
