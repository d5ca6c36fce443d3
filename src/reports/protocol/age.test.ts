import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keysOf, open, SIZE_CLASSES, seal, sealedSize, strangersKey } from './protocol.ts';
import { attachment, sampleLetter, seedOf } from './samples.ts';

const version = spawnSync('age', ['--version'], { encoding: 'utf8' });
const missing = version.status !== 0;
if (missing) console.warn('SKIPPED: no `age` on this machine, so nothing was checked against it. apt-get install age');

const folder = mkdtempSync(join(tmpdir(), 'countersign-age-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const age = (args: string[]): Buffer => {
  const { status, stdout, stderr } = spawnSync('age', args, { maxBuffer: 1e9 });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  return stdout;
};

test.skipIf(missing)('age opens what we sealed', async () => {
  const [reporter, reader] = await Promise.all([seedOf(3), seedOf(1)].map((seed) => keysOf(seed, 'x25519')));
  const message = await seal({
    letter: sampleLetter({ text: 'Seen at the gate. 在门口看到的。' }),
    attachments: [attachment('note.txt', new TextEncoder().encode('attached words'))],
    signer: reporter!.signer,
    recipients: [reporter!.recipient, reader!.recipient],
    suite: 'x25519',
    slots: 4,
  });
  const bytes = new Uint8Array(
    await new Response(message.stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
  const plaintext = age(['-d', '-i', file('key.txt', `${reader!.identity}\n`), file('sealed.age', bytes)]);
  expect(plaintext.length).toBe(SIZE_CLASSES[0]);
  expect(plaintext.toString()).toMatch(/^countersign-message\/1 .*\n.*在门口看到的。.*\nattached words\0+$/);
});

test.skipIf(missing)('we open what age sealed for the published recipients, and it looks like any other', async () => {
  const reader = await keysOf(seedOf(1), 'x25519');
  const recipients = [reader.recipient, ...(await Promise.all([1, 2, 3].map(() => strangersKey('x25519'))))];
  const text = Buffer.alloc(SIZE_CLASSES[0]);
  text.write('I saw something.\n');
  const sealed = age(['-R', file('recipients.txt', `${recipients.join('\n')}\n`), file('report.txt', text)]);
  expect(sealed.length).toBe(sealedSize('x25519', 4, SIZE_CLASSES[0]));
  expect(await open(sealed, reader.identity)).toMatchObject({
    text: 'I saw something.\n',
    writer: undefined,
    files: [],
  });
});
