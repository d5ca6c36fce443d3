/** Cases from the machine itself, for their members: need-to-know holds here too, so the command asks who it is for. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Access, signIn, signOut } from '../access/access.ts';
import { Fault } from '../base/fault.ts';
import {
  type Bundle,
  bundleOf,
  type Cases,
  caseOf,
  casesOf,
  dossierPage,
  LANGUAGES,
  type Person,
  personLooking,
  summaryOf,
  wholeOf,
} from '../cases/cases.ts';
import { rules } from '../detections/detections.ts';
import type { Account } from '../http/route.ts';
import { type Ledger, record } from '../ledger/ledger.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { consoleAccess, consoleCases, consoleConfig } from './console.ts';
import { choice, dataOption, flag, operand, optionalOperand, text } from './option.ts';
import { askHidden, readText } from './passphrase.ts';
import { openRecord } from './record.ts';

const ACTIONS = ['list', 'show', 'export'] as const;
type Action = (typeof ACTIONS)[number];

export const caseCommand = command({
  name: 'case',
  summary: 'list, show or export the cases you are a member of',
  description: [
    'list          your cases, the newest first.',
    'show CASE     its whole story in order.',
    'export CASE   into the folder --out: a dossier for reading and printing (dossier.html; a browser',
    '              prints it as PDF), and bundle.json with the evidence beside it, which anybody can',
    '              check offline: `countersign verify FOLDER`.',
    'A case is shown to its members alone, so the command asks for your password; whoever has the',
    'machine reads its files, but not in your name. What is shown is in the ledger before.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    id: optionalOperand('CASE', 'A case, as list shows it.'),
  },
  options: {
    data: dataOption,
    as: text('NAME', 'Your account.', { required: true }),
    passwordFile: text('FILE', 'Its first line is your password; - is standard input. Default: the terminal.'),
    out: text('DIR', 'export: a folder that is new or empty.'),
    language: choice(LANGUAGES)('LANGUAGE', `export: the language of the dossier, ${LANGUAGES.join(' or ')}.`, {
      default: 'en',
    }),
    json: flag('list, show: print JSON.'),
  },
  example: 'countersign case export 7F3K2M9Q --as otto --out dossier --data data',
  exits: [3, 4, 5, 6],
  async run({ operands, options, out, signal }) {
    const action = ACTIONS.find((one) => one === operands.action);
    if (action === undefined)
      throw new Fault('usage', `'${operands.action}' is not one of ${ACTIONS.join(', ')}`, { place: 'case' });
    if (action !== 'list' && operands.id === undefined)
      throw new Fault('usage', 'operand CASE is missing', { place: action });
    const folder = action === 'export' ? emptyFolder(options.out) : undefined;
    const password = await readPassword(options.as, options.passwordFile, signal);
    const data = await openData(options.data, { purpose: 'countersign case' });
    let ledger: Ledger | undefined;
    try {
      ledger = await openRecord(data);
      const config = consoleConfig(options.data, undefined);
      const cases = consoleCases(data, config, ledger);
      const account = await proveIdentity(consoleAccess(data, config, ledger), options.as, password);
      const person = await personLooking(cases, account);
      if (action === 'export') {
        const bundle = await bundleOf(cases, person, operands.id!);
        await writeBundle(folder!, bundle, options.language);
        out(`${bundle.steps.length} steps and ${bundle.evidence.length} pieces of evidence are in ${folder}`);
        return 0;
      }
      const on = operands.id === undefined ? [] : [`case:${operands.id}`];
      await record(ledger, { actor: `account:${account.id}`, act: `case.${action}`, on });
      for (const line of await told(cases, person, action, operands.id, options.json)) out(line);
      return 0;
    } finally {
      await ledger?.close();
      await data.close();
    }
  },
});

async function told(
  cases: Cases,
  person: Person,
  action: Exclude<Action, 'export'>,
  id: string | undefined,
  json: boolean,
): Promise<string[]> {
  const today = cases.clock().toISOString().slice(0, 10);
  if (action === 'list') {
    const all = (await casesOf(cases, person)).map((one) => summaryOf(one, today));
    if (json) return [JSON.stringify(all, undefined, 2)];
    if (all.length === 0) return ['You are a member of no case.'];
    return all.map((one) => {
      const next = one.next_term === null ? '' : `  ${one.next_term.kind} due ${one.next_term.due}`;
      const state = one.outcome === null ? one.state : `${one.state}: ${one.outcome}`;
      return `${one.id}  ${one.alias}  ${one.opened_at.slice(0, 10)}  ${state.padEnd(10)}  ${one.steps} steps${next}`;
    });
  }
  const all = new Map(rules().map((rule) => [rule.id, rule]));
  const whole = await wholeOf(cases, all, person, await caseOf(cases, person, id!));
  if (json) return [JSON.stringify(whole, undefined, 2)];
  const head = `${whole.id}  ${whole.alias}  ${whole.state}${whole.outcome === null ? '' : `: ${whole.outcome}`}`;
  return [head, ...whole.steps.map(stepLines)];
}

function stepLines({
  n,
  at,
  by,
  by_name,
  kind,
  step,
}: {
  n: number;
  at: string;
  by: string;
  by_name: string;
  kind: string;
  step: object;
}) {
  const said = Object.entries(step).map(
    ([name, value]) => `    ${name}: ${printable(typeof value === 'string' ? value : JSON.stringify(value))}`,
  );
  return [`-- ${n}  ${at}  ${kind}  ${by_name || by}`, ...said].join('\n');
}

/** A text may hold commands for the terminal, such as one that rewrites what stands above. */
function printable(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return value.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

function emptyFolder(dir: string | undefined): string {
  if (dir === undefined) throw new Fault('usage', 'option --out DIR is missing', { place: 'export' });
  if (!existsSync(dir) || readdirSync(dir).length === 0) return dir;
  throw new Fault('invalid-input', 'The folder is not empty.', { place: dir });
}

async function writeBundle(folder: string, bundle: Bundle, language: (typeof LANGUAGES)[number]): Promise<void> {
  const write = (name: string, bytes: string | Buffer) =>
    writeFile(join(folder, name), bytes, { mode: 0o600, flag: 'wx' });
  await mkdir(join(folder, 'evidence'), { recursive: true, mode: 0o700 });
  for (const { sha256, base64 = '' } of new Map(bundle.evidence.map((one) => [one.sha256, one])).values())
    await write(join('evidence', sha256), Buffer.from(base64, 'base64'));
  const beside = bundle.evidence.map(({ base64: _, ...one }) => one);
  await write('bundle.json', `${JSON.stringify({ ...bundle, evidence: beside }, undefined, 2)}\n`);
  await write('dossier.html', dossierPage(bundle, language));
}

export async function readPassword(name: string, file: string | undefined, signal: AbortSignal): Promise<string> {
  if (file !== undefined) return (await readText(file)).split('\n')[0]?.trimEnd() ?? '';
  return await askHidden(`Password of ${name}: `, signal);
}

/** Signs in as at the console, with its brakes on guessing; the session ends at once. */
export async function proveIdentity(access: Access, name: string, password: string): Promise<Account> {
  const { account, cookies } = await signIn(access, { name, password }, new Request('http://localhost/'));
  const cookie = cookies.map((one) => one.split(';')[0]).join('; ');
  await signOut(access, new Request('http://localhost/', { headers: { cookie } }));
  return account;
}
