import { Fault } from '../base/fault.ts';
import { enrolmentStatement, keyFingerprint, type OfficerClass, signStatement } from '../identities/identities.ts';
import { SUITES } from '../reports/reports.ts';
import { type AnyCommand, command } from './command.ts';
import { makeKeyFile } from './key-file.ts';
import { needed, officerKeys, officerOptions, within } from './officer-session.ts';
import { choice, operand, optionalOperand, text } from './option.ts';
import { readPassphrase } from './passphrase.ts';

const ACTIONS = ['key', 'enroll', 'list', 'confirm', 'retire'] as const;

interface KeyRow {
  readonly id: string;
  readonly account: string;
  readonly class: OfficerClass;
  readonly state: string;
  readonly fingerprint: string;
  readonly own: boolean;
}
interface Listed {
  readonly account: string;
  readonly class: OfficerClass;
  readonly keys: readonly KeyRow[];
}

export const officer: AnyCommand = command({
  name: 'officer',
  summary: 'keys of the officers who together can open an identity',
  description: [
    'key FILE      makes a key under a passphrase, on your own machine; it never leaves it.',
    'enroll        proposes the public half of --key for your account; a case officer’s key',
    '              is of class case, an approver’s of class approval.',
    'list          whose keys there are, with fingerprints.',
    'confirm ID    confirms somebody else’s key after you compared --fingerprint with him.',
    'retire ID     takes a key out of use.',
    'Names are sealed to the keys that are confirmed when a folder is loaded.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    what: optionalOperand('FILE|ID', 'The key file to make, or a key as list shows it.'),
  },
  options: {
    ...officerOptions,
    fingerprint: text('HEX', 'confirm: what the officer read out to you.'),
    suite: choice(SUITES)('SUITE', 'key: hybrid, or x25519 for the age of Debian.', { default: 'hybrid' }),
  },
  example: 'countersign officer enroll --key mine.key --as cora --server https://countersign.example.org',
  exits: [3, 4, 5],
  async run({ operands: { action, what }, options, out, signal }) {
    if (!(ACTIONS as readonly string[]).includes(action))
      throw new Fault('usage', `'${action}' is not one of ${ACTIONS.join(', ')}`, { place: 'officer' });
    if (action === 'key') {
      const passphrase = await readPassphrase(options.passphraseFile, { isNew: true, signal });
      const file = needed(what, 'operand FILE');
      const { recipient, signer } = await makeKeyFile(file, { kind: 'officer', suite: options.suite, passphrase });
      out(`Fingerprint ${keyFingerprint({ recipient, signingKey: signer.key })}`);
      return undefined;
    }
    const keys = action === 'enroll' ? await officerKeys(options, signal) : undefined;
    return await within(options, signal, async (session) => {
      if (keys !== undefined) {
        const { account, class: officerClass } = (await session.get('/api/officers')) as Listed;
        const { recipient, signer } = keys;
        const statement = enrolmentStatement({ account, class: officerClass, recipient, signingKey: signer.key });
        const proof = signStatement(statement, signer.secret);
        const body = { recipient, signing_key: signer.key, proof };
        print([(await session.post('/api/officers', body)) as KeyRow], out);
        out('Somebody else has to confirm it: read the fingerprint out to him.');
      } else if (action === 'list') {
        print(((await session.get('/api/officers')) as Listed).keys, out);
      } else {
        const id = needed(what, 'operand ID');
        const body =
          action === 'confirm' ? { fingerprint: needed(options.fingerprint, '--fingerprint HEX') } : undefined;
        const path = `/api/officers/${id}/${action === 'confirm' ? 'confirmation' : 'retirement'}`;
        print([(await session.post(path, body)) as KeyRow], out);
      }
      return undefined;
    });
  },
});

function print(keys: readonly KeyRow[], out: (text: string) => void): void {
  if (keys.length === 0) out('No keys: no identity can be opened, and no name is kept in any form.');
  for (const { id, class: officerClass, state, account, own, fingerprint } of keys) {
    out(`${id}  ${officerClass.padEnd(8)}  ${state.padEnd(9)}  account ${account}${own ? ' (you)' : ''}`);
    out(`  ${fingerprint}`);
  }
}
