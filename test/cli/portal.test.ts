import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armor, Encrypter } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manualClock } from '../../src/base/clock.ts';
import { addDays, addMonths, keysOf } from '../../src/reports/protocol/protocol.ts';
import { ROOT, seedOf } from '../../src/reports/protocol/samples.ts';
import { type Sample, samplePortal, sampleReporter } from '../../src/reports/sample-portal.ts';
import { countersign, type Running, start } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-portal-cli-'));
const at = (name: string): string => join(folder, name);
const PASSPHRASE = ['--passphrase-file', at('passphrase')];
let server: Running;
let portal: string[];
let origin = '';
let root = '';

beforeAll(async () => {
  writeFileSync(at('passphrase'), 'correct horse battery staple\n');
  const key = await countersign('portal', 'key', at('root.key'), '--root', ...PASSPHRASE);
  root = /Root key ([0-9a-f]{64})/.exec(key.stdout)?.[1] ?? key.stderr;
  for (const id of ['first', 'second']) {
    await countersign('portal', 'key', at(`${id}.key`), '--id', id, '--suite', 'x25519', ...PASSPHRASE);
  }
  const signing = ['--root-key', at('root.key'), '--organisation', 'Example Works', '--suite', 'x25519', ...PASSPHRASE];
  const recipients = ['--recipients', at('first.key.json'), at('second.key.json')];
  await countersign('portal', 'manifest', at('manifest.json'), ...signing, '--slots', '4', ...recipients);
  execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', 'portal'], { stdio: 'pipe' });
  expect(
    await countersign('portal', 'publish', at('manifest.json'), '--trust', root, '--data', at('data')),
  ).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Published the manifest of Example Works, serial 1.'),
  });
  await serve();
}, 240_000);
afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  rmSync(folder, { recursive: true });
});

async function serve(): Promise<void> {
  const port = origin === '' ? '0' : new URL(origin).port;
  server = start('bin/countersign.js', ['portal', 'serve', '--data', at('data'), '--port', port]);
  while (!server.stderr().includes('/portal/')) {
    if (server.child.exitCode !== null) throw new Error(server.stderr());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  origin = /http:\/\/[\d.:]+/.exec(server.stderr())?.[0] ?? '';
  portal = ['--portal', origin, '--trust', root];
}

/** Mail is delivered when the server starts, and then once a day. */
async function deliver(): Promise<void> {
  server.child.kill('SIGTERM');
  await server.ended;
  await serve();
}

const list = (id: string) => countersign('reports', 'list', '--key', at(`${id}.key`), ...PASSPHRASE, ...portal);

describe('keys and manifests', () => {
  test('a key file is for its owner alone, is not overwritten, and opens with its passphrase only', async () => {
    expect(statSync(at('first.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('first.key'), 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
    const again = await countersign('portal', 'key', at('first.key'), '--id', 'first', ...PASSPHRASE);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    writeFileSync(at('wrong'), 'another passphrase\n');
    const wrong = await countersign(
      'reports',
      'list',
      '--key',
      at('first.key'),
      '--passphrase-file',
      at('wrong'),
      ...portal,
    );
    expect(wrong).toMatchObject({ code: 5, stdout: '' });
    expect(wrong.stderr).toContain('The passphrase is wrong');
    const root = await countersign('reports', 'list', '--key', at('root.key'), ...PASSPHRASE, ...portal);
    expect(root.stderr).toContain('This is not the key file of a recipient');
  });

  test('a manifest that another key signed is not published, nor one that is changed', async () => {
    await countersign('portal', 'key', at('other.key'), '--root', ...PASSPHRASE);
    const signing = [
      '--root-key',
      at('other.key'),
      '--organisation',
      'X',
      '--suite',
      'x25519',
      '--serial',
      '2',
      ...PASSPHRASE,
    ];
    await countersign('portal', 'manifest', at('other.json'), ...signing, '--recipients', at('first.key.json'));
    const publish = (file: string) => countersign('portal', 'publish', file, '--trust', root, '--data', at('data'));
    expect(await publish(at('other.json'))).toMatchObject({ code: 5, stdout: '' });
    writeFileSync(at('changed.json'), readFileSync(at('manifest.json'), 'utf8').replace('Example', 'Another'));
    expect(await publish(at('changed.json'))).toMatchObject({ code: 5, stdout: '' });
  });

  test('a portal that names another root key is refused', async () => {
    const wrong = await countersign(
      'seal',
      '--portal',
      origin,
      '--trust',
      'f'.repeat(64),
      '--text',
      at('passphrase'),
      '--yes',
    );
    expect(wrong).toMatchObject({ code: 5, stdout: '' });
  });
});

test('a report is sealed, read, answered and read again, and one who is left out sees nothing of it', async () => {
  writeFileSync(at('report.txt'), 'The door of the archive stood open.\u001b[2J\n');
  writeFileSync(at('plan.bin'), 'attached');
  const options = ['--text', at('report.txt'), '--attach', at('plan.bin'), '--without', 'second', '--yes'];
  const sealed = await countersign('seal', ...portal, ...options);
  expect(sealed).toMatchObject({ code: 0 });
  const [words = ''] = sealed.stdout.split('\n');
  expect(words.split(' ')).toHaveLength(12);
  expect((await list('first')).stdout).toMatch(/^Nothing for you yet/);
  await deliver();
  const [first, second] = [await list('first'), await list('second')];
  expect(second.stdout).toMatch(/^Nothing for you yet/);
  const id =
    /^([0-9a-f]{12}) {2}\d{4}-\d\d-\d\d {2}seen {2}1 messages {2}acknowledge by /.exec(first.stdout)?.[1] ?? '';
  const due = await countersign('reports', 'due', '--within', '8', '--key', at('first.key'), ...PASSPHRASE, ...portal);
  expect(due.stdout).toMatch(new RegExp(`^${id}  acknowledge by \\d{4}-\\d\\d-\\d\\d\n$`));
  const key = ['--key', at('first.key'), ...PASSPHRASE, ...portal];
  const read = await countersign('reports', 'read', id, '--save', at('saved'), ...key);
  expect(read.stdout).toMatch(
    /report {2}\(to first\)\nThe door of the archive stood open\.\ufffd\[2J\n\n {3}attached: plan\.bin \(8 bytes\)/,
  );
  writeFileSync(at('answer.txt'), 'We are looking into it.');
  expect(
    (await countersign('reports', 'reply', id, '--text', at('answer.txt'), '--kind', 'feedback', ...key)).stdout,
  ).toBe('Sent.\n');
  writeFileSync(at('words'), words);
  const mine = await countersign('reports', 'mine', '--words', at('words'), ...portal);
  expect(mine.stdout).toContain('We are looking into it.');
  expect(mine.stdout).toMatch(/in the ledger: leaf \d+ of \d+, root [0-9a-f]{64}/);
  writeFileSync(at('more.txt'), 'It happened again.');
  expect(await countersign('seal', ...portal, '--words', at('words'), '--text', at('more.txt'))).toMatchObject({
    code: 0,
  });
  await deliver();
  expect((await list('first')).stdout).toMatch(new RegExp(`^${id}  .*  3 messages  answered`));
  expect((await countersign('reports', 'recuse', id, ...key)).stdout).toBe('You are out of this conversation.\n');
});

const missing = spawnSync('age', ['--version']).status !== 0;
if (missing) console.warn('SKIPPED: no `age` on this machine. apt-get install age');

test.skipIf(missing)('a report sealed with plain age for the published recipients is sent and read', async () => {
  const keys = await (await fetch(`${origin}/portal/recipients.txt`)).text();
  const padding = await Promise.all(
    [1, 2].map(async () => execFileSync('sh', ['-c', 'age-keygen 2>/dev/null | age-keygen -y'], { encoding: 'utf8' })),
  );
  writeFileSync(at('recipients.txt'), keys + padding.join(''));
  writeFileSync(at('plain.txt'), 'Written without any of your programs.\n');
  execFileSync('truncate', ['-s', '64K', at('plain.txt')]);
  execFileSync('age', ['-R', at('recipients.txt'), '-o', at('plain.age'), at('plain.txt')]);
  expect(await countersign('seal', ...portal, '--sealed', at('plain.age'))).toMatchObject({ code: 0 });
  await deliver();
  expect((await list('second')).stdout).toMatch(/unsigned {2}"Written without any of your programs\.\\n"/);
  execFileSync('truncate', ['-s', '63K', at('plain.txt')]);
  execFileSync('age', ['-R', at('recipients.txt'), '-o', at('small.age'), at('plain.txt')]);
  const refused = await countersign('seal', ...portal, '--sealed', at('small.age'));
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('A sealed message has 66030, 1049310, ');
});

test('the hash of the pages is the one the portal names', async () => {
  const { stdout } = await countersign('portal', 'hash');
  const known = (await (await fetch(`${origin}/portal/.well-known`)).json()) as { bundle: string; root: string };
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(`${known.bundle}  portal`);
  expect(known.root).toBe(root);
});

test.for<[args: string[], code: number, said: string]>([
  [['portal', 'open'], 2, "'open' is not one of key, manifest, publish, serve, hash, offline"],
  [['portal', 'key'], 2, 'operand FILE is missing'],
  [['portal', 'serve', '--data', '/nonexistent'], 3, 'No manifest is published here yet'],
  [['reports', 'shout'], 2, "'shout' is not one of"],
  [['reports', 'list', '--portal', 'nonsense'], 2, 'the portal is an address such as'],
  [['reports', 'list', '--portal', 'http://127.0.0.1:1'], 4, 'The server could not be reached'],
])('wrong use: %j', async ([args, code, said]) => {
  const ended = await countersign(...args);
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(ended.stderr).toContain(said);
});

/** A portal as it was weeks ago, served today. */
describe('clocks that run out', () => {
  const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);
  const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
  let past: Sample;
  let late: Running;
  let options: string[];

  beforeAll(async () => {
    const clock = manualClock(daysAgo(20).toISOString());
    past = await samplePortal({ clock });
    await (await sampleReporter(past.client)).send('weeks ago');
    await past.portal.round();
    clock.advance(15 * 86_400);
    await (await sampleReporter(past.client)).send('five days ago');
    await past.portal.round();
    await past.portal.close();
    const { identity, signer } = await keysOf(seedOf(1), 'x25519');
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(8);
    encrypter.setPassphrase('correct horse battery staple');
    const lines = [
      `# countersign recipient key, public key ${signer.key}`,
      `# seed ${'01'.repeat(32)} x25519`,
      identity,
    ];
    writeFileSync(at('r1.key'), armor.encode(await encrypter.encrypt(`${lines.join('\n')}\n`)));
    late = start('bin/countersign.js', ['portal', 'serve', '--data', past.dir, '--port', '0']);
    while (!late.stderr().includes('/portal/')) {
      if (late.child.exitCode !== null) throw new Error(late.stderr());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const origin = /http:\/\/[\d.:]+/.exec(late.stderr())?.[0] ?? '';
    options = ['--key', at('r1.key'), ...PASSPHRASE, '--portal', origin, '--trust', ROOT.key];
  }, 120_000);
  afterAll(async () => {
    late.child.kill('SIGTERM');
    await late.ended;
    rmSync(past.dir, { recursive: true });
  });

  test('what is overdue, and what will be within three days, is named before anything else, and the exit code is 7', async () => {
    const { code, stdout } = await countersign('reports', 'due', ...options);
    expect(code).toBe(7);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(
        new RegExp(`^[0-9a-f]{12}  acknowledge by ${addDays(dayOf(daysAgo(20)), 7)} .*OVERDUE`, 'i'),
      ),
      expect.stringMatching(new RegExp(`^[0-9a-f]{12}  acknowledge by ${addDays(dayOf(daysAgo(5)), 7)}$`)),
    ]);
    const all = await countersign('reports', 'due', '--within', '90', ...options);
    expect(all.stdout).toContain(`feedback by ${addMonths(dayOf(daysAgo(20)), 3)}`);
  });

  test('an answer stops the clock, and feedback the other', async () => {
    const list = (await countersign('reports', 'list', ...options)).stdout;
    const ids = list.match(/^[0-9a-f]{12}/gm) ?? [];
    expect(ids).toHaveLength(2);
    writeFileSync(at('answer.txt'), 'We have it.');
    const answer = ['--text', at('answer.txt'), '--kind', 'feedback', ...options];
    expect(await countersign('reports', 'reply', ids[0]!, ...answer)).toMatchObject({ code: 0 });
    // It comes back to recipients with the next delivery: at the next start.
    late.child.kill('SIGTERM');
    await late.ended;
    const port = new URL(options.at(options.indexOf('--portal') + 1)!).port;
    late = start('bin/countersign.js', ['portal', 'serve', '--data', past.dir, '--port', port]);
    while (!late.stderr().includes('/portal/')) await new Promise((resolve) => setTimeout(resolve, 50));
    const { code, stdout } = await countersign('reports', 'due', '--within', '90', ...options);
    expect(code).toBe(0);
    expect(stdout).not.toContain(ids[0]);
    expect(stdout.match(new RegExp(`^${ids[1]}  (acknowledge|feedback) by`, 'gm'))).toHaveLength(2);
  });
});
