import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { keysOf, open, SIZE_CLASSES, SUITES, type Suite, seal, sealedSize, strangersKey } from './protocol.ts';
import { attachment, sampleLetter, seedOf } from './samples.ts';

/** Debian's is 1.1 or 1.2; AGE names another, such as a 1.3 that knows hybrid keys. */
const AGE = process.env.AGE ?? 'age';
const version = spawnSync(AGE, ['--version'], { encoding: 'utf8' });
const [, major = 0, minor = 0] = /^v?(\d+)\.(\d+)/.exec(version.stdout ?? '')?.map(Number) ?? [];
const known: Readonly<Record<Suite, boolean>> = { x25519: version.status === 0, hybrid: major > 1 || minor >= 3 };
for (const suite of SUITES) {
  if (known[suite]) continue;
  console.warn(
    `SKIPPED: no \`age\` here that knows ${suite} keys, so nothing was checked against it. Set AGE=path to one.`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'countersign-age-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const age = (args: string[]): Buffer => {
  const { status, stdout, stderr } = spawnSync(AGE, args, { maxBuffer: 1e9 });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  return stdout;
};

describe.for(SUITES)('%s', (suite) => {
  test.skipIf(!known[suite])('age opens what we sealed', async () => {
    const [reporter, reader] = await Promise.all([seedOf(3), seedOf(1)].map((seed) => keysOf(seed, suite)));
    const message = await seal({
      letter: sampleLetter({ text: 'Seen at the gate. 在门口看到的。' }),
      attachments: [attachment('note.txt', new TextEncoder().encode('attached words'))],
      signer: reporter!.signer,
      recipients: [reporter!.recipient, reader!.recipient],
      ...{ suite, slots: 4 },
    });
    const bytes = new Uint8Array(
      await new Response(message.stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
    );
    const plaintext = age(['-d', '-i', file('key.txt', `${reader!.identity}\n`), file('sealed.age', bytes)]);
    expect(plaintext.length).toBe(SIZE_CLASSES[0]);
    expect(plaintext.toString()).toMatch(/^countersign-message\/1 .*\n.*在门口看到的。.*\nattached words\0+$/);
  });

  test.skipIf(!known[suite])('we open what age sealed for the published recipients, like any other', async () => {
    const reader = await keysOf(seedOf(1), suite);
    const recipients = [reader.recipient, ...(await Promise.all([1, 2, 3].map(() => strangersKey(suite))))];
    const text = Buffer.alloc(SIZE_CLASSES[0]);
    text.write('I saw something.\n');
    const sealed = age(['-R', file('recipients.txt', `${recipients.join('\n')}\n`), file('report.txt', text)]);
    expect(sealed.length).toBe(sealedSize(suite, 4, SIZE_CLASSES[0]));
    expect(await open(sealed, reader.identity)).toMatchObject({
      text: 'I saw something.\n',
      writer: undefined,
      files: [],
    });
  });
});
