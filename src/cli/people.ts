import { readFileSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { FAULTS, Fault } from '../base/fault.ts';
import { sealIdentities } from '../identities/identities.ts';
import {
  type Directory,
  type ImportReport,
  importDirectory,
  LINK_KINDS,
  type Link,
  linkAccount,
  showLinks,
  syncDirectory,
  unlinkAccount,
} from '../people/people.ts';
import { type Data, openData } from '../stores/data.ts';
import { command, type Run } from './command.ts';
import { choice, dataOption, day, flag, operand, operands as several, text } from './option.ts';
import { formatCount, type Progress } from './progress.ts';
import { openRecord } from './record.ts';

const ACTIONS = ['import', 'link', 'unlink', 'show'] as const;
const SHOWN = 200;

const operands = {
  action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
  names: several(
    'NAME',
    'import: the file; link: account and person; unlink: account, and a holder; show: an account.',
  ),
};
const options = {
  data: dataOption,
  from: day('DAY', 'import, link: from which day on it holds. Default: today.'),
  until: day('DAY', 'link, unlink: the last day. Of an unlink the default is yesterday.'),
  kind: choice(LINK_KINDS)('KIND', 'link: own, shared (one of several holders) or service (the owner).', {
    default: 'own',
  }),
  reason: text('TEXT', 'link, unlink: why. The ledger commits to it.'),
  dryRun: flag('import: say what would change, and change nothing.'),
};

export const people = command({
  name: 'people',
  summary: 'take in a directory; say whose an account is',
  description: [
    'import FILE            takes in LDIF (Active Directory, OpenLDAP) or CSV: people, their place and',
    '                       supervisor, groups; or a table of links with account and person.',
    'link ACCOUNT PERSON    says whose an account is from a day on. What several accounts of one',
    '                       person do adds up. A shared account is judged as itself and blames',
    '                       nobody; a service account is a program’s and is not judged.',
    'unlink ACCOUNT [WHO]   ends that, of a shared account for one holder alone.',
    'show [ACCOUNT]         links with their days, those that are over too.',
    'Days that lie behind are computed again at the next `ingest` or `serve --follow`.',
  ].join('\n'),
  operands,
  options,
  example: 'countersign people link adm-ada ADA1 --from 2026-01-01 --reason "her administrator account" --data data',
  exits: [3, 4, 5, FAULTS['bad-rows'].exit],
  resume: 'Run the same command again: it goes on where it stopped.',
  async run(run) {
    const { action, names } = run.operands;
    const [most, least] = { import: [1, 1], link: [2, 1], unlink: [2, 1], show: [1, 0] }[action] ?? [];
    if (most === undefined) throw new Fault('usage', `there is no action ${action}`, { place: 'ACTION' });
    if (names.length > most! || names.length < least!) {
      throw new Fault('usage', `people ${action} takes ${least === most ? most : `${least} to ${most}`} names`, {
        place: 'NAME',
      });
    }
    const data = await openData(run.options.data, { create: action === 'import', purpose: 'countersign people' });
    let ledger: Awaited<ReturnType<typeof openRecord>> | undefined;
    try {
      ledger = await openRecord(data);
      return await act(
        action as (typeof ACTIONS)[number],
        data,
        { casework: data.casework, clock: systemClock, ledger },
        run,
      );
    } finally {
      await ledger?.close();
      await data.close();
    }
  },
});

async function act(
  action: (typeof ACTIONS)[number],
  data: Data,
  parts: Directory,
  run: Run<typeof options, typeof operands>,
): Promise<number> {
  const { from, until, kind, reason } = run.options;
  const [name = '', other] = run.operands.names;
  if (action === 'import') return await takeIn(data, parts, name, run);
  if (action === 'show') {
    const links = await showLinks(data.casework, run.operands.names[0]);
    for (const link of links) run.out(lineOf(link));
    if (links.length === 0) run.out('Nobody said whose it is: an account without a link is its own person.');
    return 0;
  }
  if (reason === undefined) throw new Fault('usage', '--reason is missing', { place: `people ${action}` });
  const today = systemClock().toISOString().slice(0, 10);
  if (action === 'link') {
    await linkAccount(parts, { account: name, person: other ?? '', kind, from: from ?? today, until }, reason);
  } else {
    const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
    await unlinkAccount(parts, { account: name, person: other, last: until ?? yesterday }, reason);
  }
  await syncDirectory(data);
  for (const link of await showLinks(data.casework, name)) run.out(lineOf(link));
  return 0;
}

async function takeIn(
  data: Data,
  parts: Directory,
  file: string,
  { options: { from, dryRun }, out, say, signal, progress }: Run<typeof options, typeof operands>,
): Promise<number> {
  let line: Progress | undefined;
  const report = await importDirectory({ ...parts, sealing: data.sealing }, read(file), file, {
    ...{ from, dryRun, signal },
    onProgress: (done, total) => {
      line ??= progress({ label: dryRun ? 'Trying' : 'Importing', unit: 'entries', total });
      line.update(done);
    },
  });
  line?.done();
  for (const { line, message } of report.bad) say(`NOT TAKEN  ${file}:${line}: ${message}`);
  const shown = dryRun ? report.changes : [];
  for (const { line, what, who } of shown.slice(0, SHOWN)) out(`${what.padEnd(8)} ${who}   (${file}:${line})`);
  if (shown.length > SHOWN) out(`... and ${formatCount(shown.length - SHOWN)} more`);
  out(`${dryRun ? 'Would be: ' : ''}${totals(report)}`);
  if (!dryRun) {
    await syncDirectory(data);
    const { hasOfficers, sealed } = await sealIdentities(data, report.names, { signal });
    if (report.names.size > 0 && !hasOfficers)
      say('No names were kept: there are no officers to whom they could be sealed.');
    else if (sealed > 0) say(`${formatCount(sealed)} names were sealed to the officers.`);
  }
  return report.bad.length > 0 ? FAULTS['bad-rows'].exit : 0;
}

function totals({ changes, unchanged, passedOver, bad }: ImportReport): string {
  const count = (what: string) => formatCount(changes.filter((change) => change.what === what).length);
  const parts = ['added', 'changed', 'ended', 'linked'].map((what) => `${count(what)} ${what}`);
  return `${parts.join(', ')}, ${formatCount(unchanged)} as they were, ${formatCount(passedOver)} passed over, ${formatCount(bad.length)} not taken.`;
}

function lineOf({ account, person, kind, valid_from, valid_to }: Link): string {
  const whose = {
    own: `is ${person}`,
    shared: `is shared by ${person}`,
    service: `is a program of ${person || 'nobody'}`,
  }[kind];
  if (valid_to !== null && valid_to < valid_from)
    return `${account}  ${whose}; never held (from ${valid_from}, ended ${valid_to})`;
  return `${account}  ${whose} from ${valid_from}${valid_to === null ? ' on' : ` to ${valid_to}`}`;
}

/** Old exports of Active Directory are UTF-16 with a mark; everything else is UTF-8. */
function read(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Fault('not-found', 'the file cannot be read', { place: file, cause });
  }
  return bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le') : bytes.toString('utf8');
}
