import { Fault } from '../base/fault.ts';
import { openLayer, sha256Hex, signStatement } from '../identities/identities.ts';
import type { Keys } from '../reports/reports.ts';
import { type AnyCommand, command } from './command.ts';
import type { Session } from './console-client.ts';
import { needed, officerKeys, officerOptions, reasonIn, within } from './officer-session.ts';
import { day, flag, operand, optionalOperand, text } from './option.ts';

const ACTIONS = ['request', 'list', 'open', 'show', 'refuse', 'end', 'hold', 'confirm-hold'] as const;
const NO_DIGEST = '0'.repeat(64);

interface Row {
  readonly id: string;
  readonly case: string;
  readonly alias: string;
  readonly reason: string;
  readonly phase: string;
  readonly own: boolean;
  readonly expires: string;
  readonly notice_due: string;
  readonly hold_proposed: { readonly until: string; readonly reason: string } | null;
}

export const unmask: AnyCommand = command({
  name: 'unmask',
  summary: 'open the identity behind a pseudonym, two officers together',
  description: [
    'request         asks for --alias of --case, with a reason.',
    'list            requests, the latest first.',
    'open ID         shows what you would sign; with --yes opens the layer that is yours, here, with',
    '                --key, and hands it over with your signature.',
    'show ID         the identity, to whoever requested it, until it expires.',
    'refuse ID       says no, with a reason. end ID: you need it no more.',
    'hold ID         proposes that the person be told only after --until; confirm-hold ID by another.',
    'Both signatures are in the ledger, and the person is told: docs/pseudonyms.md.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    id: optionalOperand('ID', 'A request, as list shows it.'),
  },
  options: {
    ...officerOptions,
    case: text('ID', 'request: the case.'),
    alias: text('NAME', 'request: the pseudonym in that case.'),
    reason: text('FILE', 'request, refuse, hold: why; - is standard input.'),
    until: day('DAY', 'hold: the notice waits until the end of this day.'),
    yes: flag('open: you have read the statement and sign it.'),
  },
  example: 'countersign unmask open 7F3K... --key mine.key --as cora --yes',
  exits: [3, 4, 5],
  async run({ operands: { action, id }, options, out, say, signal }) {
    if (!(ACTIONS as readonly string[]).includes(action))
      throw new Fault('usage', `'${action}' is not one of ${ACTIONS.join(', ')}`, { place: 'unmask' });
    const keys = action === 'open' && options.yes ? await officerKeys(options, signal) : undefined;
    return await within(options, signal, async (session) => {
      const path = () => `/api/unmaskings/${needed(id, 'operand ID')}`;
      const posted = async (at: string, body?: object) => print([(await session.post(at, body)) as Row], out);
      switch (action as (typeof ACTIONS)[number]) {
        case 'request': {
          const { case: caseId, alias } = options;
          const about = { case: needed(caseId, '--case ID'), alias: needed(alias, '--alias NAME') };
          await posted('/api/unmaskings', { ...about, reason: await reasonIn(options.reason) });
          break;
        }
        case 'list':
          print(((await session.get('/api/unmaskings')) as { unmaskings: Row[] }).unmaskings, out);
          break;
        case 'open':
          await open(session, path(), keys, { out, say });
          break;
        case 'show': {
          const { user, name, address } = (await session.get(`${path()}/identity`)) as Record<string, string>;
          out([name, address, user].map((one) => printable(one ?? '')).join('\n'));
          break;
        }
        case 'refuse':
          await posted(`${path()}/refusal`, { reason: await reasonIn(options.reason) });
          break;
        case 'end':
          await posted(`${path()}/end`);
          break;
        case 'hold': {
          const until = `${needed(options.until, '--until DAY')}T23:59:59.999Z`;
          await posted(`${path()}/hold`, { until, reason: await reasonIn(options.reason) });
          break;
        }
        case 'confirm-hold':
          await posted(`${path()}/hold/confirmation`);
          break;
      }
      return undefined;
    });
  },
});

interface Voice {
  out: (text: string) => void;
  say: (text: string) => void;
}

/** The statement is checked against the request that is shown, so that the server cannot have something else signed. */
async function open(session: Session, path: string, keys: Keys | undefined, { out, say }: Voice): Promise<void> {
  const row = (await session.get(path)) as Row;
  const { sealed, statement } = (await session.get(`${path}/layer`)) as { sealed: string; statement: string };
  const expected = [`request ${row.id}`, `case ${row.case}`, `alias ${row.alias}`, `reason ${sha256Hex(row.reason)}`];
  const lines = statement.split('\n');
  if (expected.some((line) => !lines.includes(line)) || !statement.endsWith(`digest ${NO_DIGEST}\n`))
    throw new Fault('not-trusted', 'The server wants another statement signed than the request says.', {
      place: row.id,
    });
  say(`Reason: ${printable(row.reason)}\n\n${statement.trimEnd().split('\n').slice(0, -1).join('\n')}\n`);
  if (keys === undefined) {
    say('Nothing was opened. If you agree to this, run the same command with --yes and --key.');
    return;
  }
  const opened = await openLayer(Buffer.from(sealed, 'base64'), keys.identities);
  const signature = signStatement(
    statement.replace(NO_DIGEST, () => sha256Hex(opened)),
    keys.signer.secret,
  );
  const body = { opened: Buffer.from(opened).toString('base64'), signature };
  print([(await session.post(`${path}/opening`, body)) as Row], out);
}

function print(rows: readonly Row[], out: (text: string) => void): void {
  if (rows.length === 0) out('No requests.');
  for (const { id, case: caseId, alias, phase, own, expires, notice_due: due, hold_proposed: hold } of rows) {
    out(`${id}  ${phase.padEnd(18)}  case ${caseId}  ${alias}${own ? '  (yours)' : ''}  until ${expires}`);
    if (due !== '') out(`  the person is told from ${due.slice(0, 10)} on`);
    if (hold) out(`  a hold until ${hold.until.slice(0, 10)} is proposed: ${printable(hold.reason)}`);
  }
}

/** Text of others may hold commands for the terminal. */
function printable(given: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return given.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
