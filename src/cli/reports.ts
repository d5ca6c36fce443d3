import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../base/fault.ts';
import {
  type Conversation,
  checkInclusion,
  deletionLeafOf,
  type Keys,
  keysOf,
  type Letter,
  leafOf,
  ownMessages,
  type PortalClient,
  type PublishedPortal,
  type Queue,
  readFiles,
  readQueue,
  readWords,
  Sending,
  sealAnswer,
} from '../reports/reports.ts';
import { type AnyCommand, command } from './command.ts';
import { openKeyFile } from './key-file.ts';
import { choice, integer, operand, optionalOperand, text } from './option.ts';
import { readPassphrase, readText } from './passphrase.ts';
import { client, faultOf, UNTRUSTED } from './portal-client.ts';

const ACTIONS = ['list', 'read', 'reply', 'recuse', 'due', 'mine'] as const;
const DAY = 86_400_000;

export const reports: AnyCommand = command({
  name: 'reports',
  summary: 'read and answer sealed reports with a key of your own',
  description: [
    'list          conversations you can open, those first in which an answer is due soonest.',
    'read ID       one conversation; --save DIR writes its attachments.',
    'reply ID      answers with --text; --kind says whether it acknowledges or gives feedback.',
    'recuse ID     you take yourself out: from then on nothing of it is sealed to you.',
    'due           what must be answered soon; exit code 7 where something is overdue.',
    "mine          a reporter's own conversation and its proofs, by the words in --words.",
    'Keys are read here and stay here. Mail reaches recipients once a round, see docs/portal.md.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    id: optionalOperand('ID', 'A conversation, as list shows it.'),
  },
  options: {
    portal: text('URL', 'The portal.', { default: 'http://127.0.0.1:12340' }),
    trust: text('KEY', 'Its root key, 64 hexadecimal digits.'),
    key: text('FILE', 'Your key file.'),
    passphraseFile: text('FILE', 'Its first line is the passphrase. Or set COUNTERSIGN_PASSPHRASE.'),
    text: text('FILE', 'reply: what to say; - is standard input.'),
    kind: choice(['acknowledgement', 'reply', 'feedback'])('KIND', 'reply: what the answer is.', { default: 'reply' }),
    save: text('DIR', 'read: where to write attachments.'),
    within: integer('DAYS', 'due: how long ahead.', { default: 3, min: 0, max: 90 }),
    words: text('FILE', 'mine: the twelve words; - is standard input.'),
  },
  example: 'countersign reports list --key ombudsperson.key --portal https://report.example.org',
  exits: [3, 4, 5, 7],
  async run({ operands, options, out, say, signal, progress }) {
    const portal = client(options.portal);
    try {
      if (!(ACTIONS as readonly string[]).includes(operands.action)) {
        throw new Fault('usage', `'${operands.action}' is not one of ${ACTIONS.join(', ')}`, { place: 'reports' });
      }
      if (options.trust === undefined) say(UNTRUSTED);
      const published = await portal.published(options.trust);
      if (operands.action === 'mine') {
        await showOwn(portal, published, readWords(await readText(needed(options.words, '--words FILE'))), out);
        return undefined;
      }
      const keyFile = needed(options.key, '--key FILE');
      const passphrase = await readPassphrase(options.passphraseFile, { isNew: false, signal });
      const keys = await openKeyFile(keyFile, 'recipient', passphrase);
      const line = progress({ label: 'Opening', unit: 'messages' });
      const queue = await readQueue(portal, published, keys, {
        signal,
        onProgress: (done) => line.update(done),
      });
      line.done();
      if (operands.action === 'list') return showList(queue, published, out);
      if (operands.action === 'due') return showDue(queue, options.within, out);
      const found = queue.conversations.find(({ id }) => id === operands.id);
      if (found === undefined)
        throw new Fault('not-found', 'There is no such conversation for this key.', { place: 'ID' });
      if (operands.action === 'read') await showOne(portal, keys, found, options.save, out);
      else {
        const kind = operands.action === 'recuse' ? 'recusal' : options.kind;
        const said = kind === 'recusal' ? '' : await readText(needed(options.text, '--text FILE'));
        await answer(portal, published, { keys, conversation: found, kind, said, signal });
        out(kind === 'recusal' ? 'You are out of this conversation.' : 'Sent.');
      }
      return undefined;
    } catch (error) {
      throw faultOf(error);
    }
  },
});

function showList(
  { conversations, unsigned }: Queue,
  { manifest }: PublishedPortal,
  out: (text: string) => void,
): undefined {
  const due = ({ clocks }: Conversation): string => clocks.acknowledge ?? clocks.feedback ?? '9999';
  const sorted = [...conversations].sort((a, b) => (due(a) < due(b) ? -1 : 1));
  for (const { id, entries, clocks } of sorted) {
    const first = entries[0]!;
    const state = clocks.acknowledge
      ? `acknowledge by ${clocks.acknowledge}`
      : clocks.feedback
        ? `feedback by ${clocks.feedback}`
        : 'answered';
    out(
      `${id}  ${first.day}  ${first.letter.door.padEnd(4)}  ${entries.length} messages  ${state}${late(clocks.acknowledge ?? clocks.feedback)}`,
    );
  }
  for (const { id, day, text: said } of unsigned)
    out(`${id}  ${day}  unsigned  ${JSON.stringify(printable(said.slice(0, 60)))}`);
  if (conversations.length + unsigned.length === 0) {
    out(`Nothing for you yet at ${manifest.organisation}. Mail is delivered once a round, by default at midnight UTC.`);
  }
}

function late(due: string | undefined): string {
  return due !== undefined && due < today() ? '  OVERDUE' : '';
}

/** For a daily mail to oneself: computed here, because a server that reminded would have to know who can open what. */
function showDue({ conversations }: Queue, within: number, out: (text: string) => void): number | undefined {
  const until = new Date(Date.now() + within * DAY).toISOString().slice(0, 10);
  const waiting = conversations.flatMap(({ id, clocks }) => [
    ...(clocks.acknowledge === undefined ? [] : [{ id, what: 'acknowledge', by: clocks.acknowledge }]),
    ...(clocks.feedback === undefined ? [] : [{ id, what: 'feedback', by: clocks.feedback }]),
  ]);
  const soon = waiting.filter(({ by }) => by <= until).sort((a, b) => (a.by < b.by ? -1 : 1));
  for (const { id, what, by } of soon) out(`${id}  ${what} by ${by}${late(by)}`);
  return soon.some(({ by }) => by < today()) ? 7 : undefined;
}

async function showOne(
  portal: PortalClient,
  keys: Keys,
  { entries }: Conversation,
  save: string | undefined,
  out: (text: string) => void,
): Promise<void> {
  for (const { day, letter, hash } of entries) {
    out(`-- ${day}  ${letter.kind}  (to ${letter.to.join(', ')})`);
    out(printable(letter.text));
    for (const { name, size } of letter.files) out(`   attached: ${printable(name)} (${size} bytes)`);
    if (save === undefined || letter.files.length === 0) continue;
    await mkdir(save, { recursive: true });
    for (const [index, file] of (await readFiles(portal, keys, hash)).entries()) {
      // The name was chosen by a stranger: nothing of it may lead out of the folder.
      const name = basename(file.name.replaceAll('\\', '/')).replace(/^\.+/, '') || 'attachment';
      await writeFile(join(save, `${hash.slice(0, 8)}-${index + 1}-${name}`), file.bytes, { mode: 0o600, flag: 'wx' });
    }
  }
}

interface Answer {
  keys: Keys;
  conversation: Conversation;
  kind: Letter['kind'];
  said: string;
  signal: AbortSignal;
}

async function answer(portal: PortalClient, published: PublishedPortal, given: Answer): Promise<void> {
  const { keys, conversation, kind, said: text, signal } = given;
  const { sealed, tag } = await sealAnswer(published, keys, { conversation, kind, text });
  await new Sending(portal, sealed, tag).run({ signal });
}

async function showOwn(
  portal: PortalClient,
  published: PublishedPortal,
  entropy: Uint8Array,
  out: (text: string) => void,
): Promise<void> {
  const keys = await keysOf(entropy, published.manifest.suite);
  const messages = await ownMessages(portal, published, keys);
  if (messages.length === 0) throw new Fault('not-found', 'The portal holds nothing under these words.');
  for (const { listed, entry } of messages) {
    out(`-- ${listed.day}  ${entry?.letter.kind ?? (listed.deleted ? 'deleted' : 'not written by those who may')}`);
    if (entry !== undefined) out(printable(entry.letter.text));
    if (listed.proof === null) out('   in the ledger: from the next round on');
    else {
      checkInclusion(leafOf(listed.hash), listed.proof);
      out(`   in the ledger: leaf ${listed.proof.index} of ${listed.proof.size}, root ${listed.proof.root}`);
    }
    if (listed.deleted === null) continue;
    checkInclusion(deletionLeafOf(listed.hash), listed.deleted.proof);
    out(`   deleted on ${listed.deleted.day}: leaf ${listed.deleted.proof.index}`);
  }
}

/** A stranger's text may hold commands for the terminal, such as one that rewrites what stands above. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function needed(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new Fault('usage', `option ${option} is missing`, { place: 'reports' });
}
