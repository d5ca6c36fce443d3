import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { readConfig } from '../base/config.ts';
import { Fault } from '../base/fault.ts';
import { openLog } from '../base/log.ts';
import { type Serving, serveApp } from '../http/serve.ts';
import {
  fingerprint,
  isPublished,
  openPortal,
  type Portal,
  type PortalOptions,
  promiseHashes,
  publish,
  type Recipient,
  readBundle,
  readPromise,
  SUITES,
  signManifest,
} from '../reports/reports.ts';
import { type AnyCommand, command } from './command.ts';
import { makeKeyFile, openKeyFile } from './key-file.ts';
import { writeOffline } from './offline.ts';
import { choice, dataOption, flag, integer, operand, optionalOperand, port, several, text } from './option.ts';
import { readPassphrase } from './passphrase.ts';
import { asFaultOf, client } from './portal-client.ts';

const ACTIONS = ['key', 'manifest', 'publish', 'serve', 'hash', 'offline'] as const;

export const portal: AnyCommand = command({
  name: 'portal',
  summary: 'set up and serve the portal for sealed reports',
  description: [
    "key FILE       makes a key under a passphrase: a recipient's, or with --root the root key.",
    "               Beside a recipient's key it writes FILE.json, what the manifest needs of it.",
    'manifest FILE  signs with --root-key who reads reports; keep the root key off the server.',
    'publish FILE   puts a signed manifest into the data directory, for the root key --trust.',
    'serve          serves the portal: on its own port, with nothing of the console.',
    'hash           prints the hash of the built pages, as /portal/.well-known shows it.',
    'offline FILE   writes the form as one HTML file for use without a connection.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    file: optionalOperand('FILE', 'The file the action is about.'),
  },
  options: {
    data: dataOption,
    root: flag('key: make a root key.'),
    rootKey: text('FILE', 'manifest: the root key to sign with.'),
    trust: text('KEY', 'publish, offline: the root key, 64 hexadecimal digits.'),
    recipients: several(text('FILE', 'manifest: what `portal key` wrote of each recipient.')),
    organisation: text('NAME', 'manifest: whose portal it is.'),
    serial: integer('N', 'manifest: larger than the last one.', { default: 1, min: 1, max: 1_000_000 }),
    suite: choice(SUITES)('SUITE', "key, manifest: hybrid, or x25519 for Debian's age.", { default: 'hybrid' }),
    slots: integer('N', 'manifest: stanzas of every message.', { default: 8, min: 2, max: 32 }),
    keepDays: integer('N', 'manifest: how long messages are kept.', { default: 730, min: 1, max: 36_500 }),
    acknowledgeDays: integer('N', 'manifest: first answer within.', { default: 7, min: 1, max: 365 }),
    feedbackMonths: integer('N', 'manifest: feedback within.', { default: 3, min: 1, max: 36 }),
    id: text('WORD', "key: a recipient's short name, such as ombudsperson."),
    title: text('TEXT', 'key: what the page calls the recipient, in English.'),
    titleZh: text('TEXT', 'key: the same in Chinese.'),
    passphraseFile: text('FILE', 'Its first line is the passphrase. Or set COUNTERSIGN_PASSPHRASE.'),
    portal: text('URL', 'offline: the portal whose form it is.'),
    port: port('PORT', 'serve: the port. Default: 12340, or what config.yml says.'),
    roundMinutes: integer('N', 'serve: mail is delivered so often. Default: once a day.', { min: 1, max: 10_080 }),
  },
  example: 'countersign portal serve --data data',
  exits: [3, 4, 5, 6],
  async run({ operands, options, out, say, signal }) {
    const file = (): string => {
      if (operands.file !== undefined) return operands.file;
      throw new Fault('usage', 'operand FILE is missing', { place: `portal ${operands.action}` });
    };
    const passphrase = (isNew: boolean): Promise<string> => readPassphrase(options.passphraseFile, { isNew, signal });
    switch (operands.action as (typeof ACTIONS)[number]) {
      case 'key':
        await makeKey(file(), options, await passphrase(true), out);
        return undefined;
      case 'manifest': {
        const rootFile = needed(options.rootKey, '--root-key FILE');
        const { signer: root } = await openKeyFile(rootFile, 'root', await passphrase(false));
        const recipients = await Promise.all(options.recipients.map(readRecipient));
        const { organisation, serial, suite, slots, keepDays, acknowledgeDays, feedbackMonths } = options;
        const manifest = {
          ...{ v: 1 as const, organisation: needed(organisation, '--organisation NAME'), serial },
          ...{ issued: new Date().toISOString().slice(0, 10), suite, slots, keep_days: keepDays },
          ...{ acknowledge_days: acknowledgeDays, feedback_months: feedbackMonths },
          ...{ promise: promiseHashes(await readPromise()), recipients },
        };
        const signed = asFaultOf(() => signManifest(manifest, root));
        await writeFile(file(), `${JSON.stringify(signed, null, 1)}\n`);
        out(`Signed ${file()} with serial ${serial} for ${recipients.length} recipients.`);
        out(`Root key ${root.key}\nFingerprint ${fingerprint(root.key)}`);
        return undefined;
      }
      case 'publish': {
        const trust = needed(options.trust, '--trust KEY');
        const manifest = await publish(options.data, await readJsonFile(file()), trust);
        out(`Published the manifest of ${manifest.organisation}, serial ${manifest.serial}.`);
        out(`Print this fingerprint where people see it: ${fingerprint(trust)}`);
        return undefined;
      }
      case 'serve': {
        const serving = await servePortal(options.data, { port: options.port, minutes: options.roundMinutes, signal });
        say(`Portal: ${serving.url}/portal/   (Ctrl-C ends it)`);
        await serving.closed;
        return 0;
      }
      case 'hash': {
        const { hash, files } = readBundle();
        for (const [name, { sha256 }] of files) out(`${sha256}  ${name}`);
        out(`${hash}  portal`);
        return undefined;
      }
      case 'offline': {
        const published = await client(needed(options.portal, '--portal URL')).published(options.trust);
        out(`${await writeOffline(file(), published)}  ${basename(file())}`);
        return undefined;
      }
      default:
        throw new Fault('usage', `'${operands.action}' is not one of ${ACTIONS.join(', ')}`, { place: 'portal' });
    }
  },
});

interface KeyOptions {
  root: boolean;
  suite: (typeof SUITES)[number];
  id: string | undefined;
  title: string | undefined;
  titleZh: string | undefined;
}

async function makeKey(
  file: string,
  options: KeyOptions,
  passphrase: string,
  out: (text: string) => void,
): Promise<void> {
  const { root, suite, id, title, titleZh } = options;
  if (root) {
    const { signer } = await makeKeyFile(file, { kind: 'root', suite, passphrase });
    out(`Made the root key ${file}. Keep it off the server.`);
    out(`Root key ${signer.key}\nFingerprint ${fingerprint(signer.key)}`);
    return;
  }
  const word = needed(id, '--id WORD');
  const keys = await makeKeyFile(file, { kind: 'recipient', suite, passphrase });
  const recipient: Recipient = {
    ...{ id: word, name: { en: title ?? word, 'zh-CN': titleZh ?? title ?? word } },
    ...{ age: keys.recipient, key: keys.signer.key },
  };
  await writeFile(`${file}.json`, `${JSON.stringify(recipient, null, 1)}\n`);
  out(`Made the key ${file}; give ${file}.json to whoever signs the manifest.`);
}

export interface PortalHere {
  readonly portal: Portal;
  /** Listens; the portal closes with it. */
  serve(): Promise<Serving>;
  close(): Promise<void>;
}

interface PortalInput {
  readonly port?: number | undefined;
  readonly minutes?: number | undefined;
  readonly signal: AbortSignal;
  readonly anchor?: PortalOptions['anchor'];
}

/** Serves the portal of a data directory. */
export async function servePortal(data: string, input: PortalInput): Promise<Serving> {
  const here = await openPortalHere(data, input);
  try {
    return await here.serve();
  } catch (error) {
    await here.close();
    throw error;
  }
}

/** Opens it without listening yet: `countersign serve` shows recipients their mail in the console too. */
export async function openPortalHere(data: string, input: PortalInput): Promise<PortalHere> {
  const config = readConfig({ data, environment: process.env, options: { portal_port: input.port } });
  const reach = { host: config.host, publicOrigin: config.portal_public_origin };
  const log = openLog({ level: config.log_level });
  const space = config.portal_gigabytes * 1e9;
  if (!(await isPublished(data))) {
    throw new Fault('not-found', 'No manifest is published here yet. `countersign portal publish` does it.', {
      place: data,
    });
  }
  const portal = await openPortal({ dir: data, clock: systemClock, log, space, anchor: input.anchor, ...reach });
  const stop = new AbortController();
  const signal = AbortSignal.any([input.signal, stop.signal]);
  let rounds: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    stop.abort();
    await rounds;
    await portal.close();
  };
  const minutes = input.minutes ?? config.portal_round_minutes;
  try {
    // What arrived before the last end is delivered before anybody is answered.
    await portal.round();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    portal,
    close,
    async serve() {
      const listening = { ...reach, port: config.portal_port, signal: input.signal };
      const serving = await serveApp((request) => portal.fetch(request), listening);
      rounds = portal.rounds(minutes, signal);
      return { ...serving, closed: serving.closed.then(close) };
    },
  };
}

async function readRecipient(path: string): Promise<Recipient> {
  return (await readJsonFile(path)) as Recipient;
}

async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Fault('invalid-input', 'The file cannot be read, or is not JSON.', { place: path, cause });
  }
}

function needed(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new Fault('usage', `option ${option} is missing`, { place: 'portal' });
}
