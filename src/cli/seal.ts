import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Fault } from '../base/fault.ts';
import {
  type Attachment,
  audience,
  type Entry,
  keysOf,
  LANGUAGES,
  type Language,
  newEntropy,
  ownEntries,
  partsOf,
  readWords,
  type Sealed,
  Sending,
  sealedSizes,
  seal as sealMessage,
  wordsOf,
} from '../reports/reports.ts';
import { type AnyCommand, command } from './command.ts';
import { choice, flag, several, text } from './option.ts';
import { askHidden, readText } from './passphrase.ts';
import { client, faultOf, UNTRUSTED } from './portal-client.ts';

/** What a file begins with that was sealed now and is sent later; the tag follows. */
export const SEALED_LINE = /^countersign-sealed\/1 ([0-9a-f]{64})\n/;

export const seal: AnyCommand = command({
  name: 'seal',
  summary: 'seal a report on this machine and send it, without the page',
  description: [
    "Does what the portal's page does. The first time it prints twelve words: they are the only",
    'way back, and nothing of them is kept. With --words it writes more under the same words.',
    'With --out it sends nothing and writes a sealed file; --sealed sends one, also a file made',
    "with plain `age` and the recipients of the portal's /portal/recipients.txt.",
  ].join('\n'),
  operands: {},
  options: {
    portal: text('URL', 'The portal, such as https://report.example.org', { required: true }),
    trust: text('KEY', 'Its root key, 64 hexadecimal digits, as printed where you work.'),
    text: text('FILE', 'What you want to say; - is standard input.'),
    attach: several(text('FILE', 'A file to send along, up to 50 MB; at most five.')),
    door: choice(['seen', 'self'])('DOOR', 'Something you saw, or that happened to you or that you did.', {
      default: 'seen',
    }),
    without: several(text('ID', 'A recipient who is not to read it, by the id in the manifest.')),
    words: text('FILE', 'Your twelve words, to write more; - is standard input.'),
    language: choice(LANGUAGES)('LANGUAGE', 'Of the words and of answers.', { default: 'en' }),
    out: text('FILE', 'Write the sealed message here and send nothing.'),
    sealed: text('FILE', 'Send this sealed file.'),
    yes: flag('Do not ask for the last two words before sending.'),
  },
  example: 'countersign seal --portal https://report.example.org --text report.txt',
  exits: [3, 4, 5],
  resume: 'Nothing has been sent. Run it again.',
  async run({ options, out, say, signal, progress }) {
    const portal = client(options.portal);
    try {
      if (options.trust === undefined) say(UNTRUSTED);
      const published = await portal.published(options.trust);
      const send = async (sealed: Sealed, tag: string): Promise<void> => {
        const line = progress({ label: 'Sending', total: sealed.size, unit: 'bytes' });
        const receipt = await new Sending(portal, sealed, tag).run({ signal, onProgress: (done) => line.update(done) });
        line.done();
        out(`Sent. Kept until ${receipt.keep} at least. SHA-256 ${receipt.hash}`);
      };
      if (options.sealed !== undefined) {
        const { tag, sealed } = await readSealed(
          options.sealed,
          sealedSizes(published.manifest.suite, published.manifest.slots),
        );
        await send(sealed, tag);
        return undefined;
      }
      const isFirst = options.words === undefined;
      const entropy = isFirst ? newEntropy() : readWords(await readText(options.words ?? '-'));
      const keys = await keysOf(entropy, published.manifest.suite);
      const before: Entry[] = isFirst ? [] : await ownEntries(portal, published, keys);
      const unknown = options.without.find((id) => !published.manifest.recipients.some((one) => one.id === id));
      if (unknown !== undefined)
        throw new Fault('invalid-input', 'The manifest has no such recipient.', { place: unknown });
      const to = isFirst
        ? published.manifest.recipients.map(({ id }) => id).filter((id) => !options.without.includes(id))
        : audience(before, published.manifest).filter((id) => !options.without.includes(id));
      const sealed = await sealMessage({
        letter: {
          ...{ v: 1, kind: isFirst ? 'report' : 'more', door: before[0]?.letter.door ?? options.door },
          ...{ language: options.language, manifest: published.hash, tag: keys.tag, reply_to: keys.recipient, to },
          text: await readText(needed(options.text)),
        },
        attachments: await Promise.all(options.attach.map(attachment)),
        signer: keys.signer,
        recipients: [
          keys.recipient,
          ...published.manifest.recipients.filter(({ id }) => to.includes(id)).map(({ age }) => age),
        ],
        ...{ suite: published.manifest.suite, slots: published.manifest.slots },
      });
      if (isFirst) await keepWords(wordsOf(entropy, options.language), options, { out, say, signal });
      if (options.out === undefined) await send(sealed, keys.tag);
      else {
        await writeSealed(options.out, sealed, keys.tag);
        out(`Sealed, and not sent: ${options.out}`);
      }
      return undefined;
    } catch (error) {
      throw faultOf(error);
    }
  },
});

interface Terminal {
  out: (text: string) => void;
  say: (text: string) => void;
  signal: AbortSignal;
}

/** Shows the words and, at a terminal, goes on only when the last two have been typed. */
async function keepWords(
  words: readonly string[],
  { yes, language }: { yes: boolean; language: Language },
  { out, say, signal }: Terminal,
): Promise<void> {
  out(words.join(' '));
  say('These twelve words are the only way to read answers. Write them down; nobody can recover them.');
  if (yes || !process.stdin.isTTY) return;
  const gap = language === 'en' ? ' ' : '';
  for (;;) {
    const typed = await askHidden('Type the last two words: ', signal);
    if (typed.normalize('NFKD').trim().toLowerCase().replace(/\s+/g, gap) === words.slice(-2).join(gap)) return;
    say('Those are not the last two.');
  }
}

async function attachment(path: string): Promise<Attachment> {
  try {
    const blob = await openAsBlob(path);
    return { name: basename(path), size: blob.size, stream: () => blob.stream() as ReadableStream<Uint8Array> };
  } catch (cause) {
    throw new Fault('not-found', 'The file cannot be read.', { place: path, cause });
  }
}

async function writeSealed(path: string, sealed: Sealed, tag: string): Promise<void> {
  const parts: Uint8Array[] = [new TextEncoder().encode(`countersign-sealed/1 ${tag}\n`)];
  for await (const part of partsOf(sealed.stream)) parts.push(part);
  await writeFile(path, Buffer.concat(parts), { mode: 0o600 });
}

/** A sealed file; one of plain `age` gets a tag that nobody knows, so that no answer can reach its writer. */
async function readSealed(path: string, sizes: readonly number[]): Promise<{ tag: string; sealed: Sealed }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Fault('not-found', 'The file cannot be read.', { place: path, cause });
  }
  const [line = '', tag = randomBytes(32).toString('hex')] =
    SEALED_LINE.exec(bytes.subarray(0, 100).toString('latin1')) ?? [];
  const content = new Uint8Array(bytes.subarray(line.length));
  if (!sizes.includes(content.length)) {
    const message = `A sealed message has ${sizes.join(', ')} bytes, this file ${content.length}. Pad the text before sealing it; docs/portal.md says how.`;
    throw new Fault('invalid-input', message, { place: path });
  }
  return { tag, sealed: { size: content.length, stream: new Blob([content]).stream() as ReadableStream<Uint8Array> } };
}

function needed(value: string | undefined): string {
  if (value !== undefined) return value;
  throw new Fault('usage', 'option --text FILE is missing', { place: 'seal' });
}
