import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../base/fault.ts';
import { openLedger, record } from '../ledger/ledger.ts';
import { type Data, openData } from '../stores/data.ts';
import { docxParts } from './decoy-files.ts';
import { type DecoyKind, listDecoys, makeDecoy, retireDecoy } from './decoys.ts';
import { markDocx, observeDocx, packed } from './docx.ts';
import { issueCopies, type Marks, type Wanted } from './issue.ts';
import { readBody } from './ooxml.ts';
import { type CopyReading, readMarks } from './read.ts';
import { readingText } from './report.ts';
import { LEDGERED } from './store.ts';
import { Opener } from './task.ts';

const WORDS = 'budget review contract partner schedule delivery measure project session archive transit harbour'.split(
  ' ',
);
const PEOPLE = ['AAA0001', 'BBB0002', 'CCC0003', 'DDD0004'];
let [folder, seed] = ['', 11];
let data: Data;
let marks: Marks;

const draw = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
const paragraphs = (count: number): string[] =>
  Array.from({ length: count }, () =>
    Array.from({ length: 45 }, () =>
      WORDS[Math.floor(draw() * WORDS.length)]!.concat(String(Math.floor(draw() * 90))),
    ).join(' '),
  );
const CHINESE = Array.from({ length: 12 }, (_, line) =>
  Array.from({ length: 60 }, (_, at) => String.fromCodePoint(0x4e00 + ((line * 977 + at * 131) % 5000))).join(''),
);

async function pdfOf(lines: readonly string[]): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.TimesRoman);
  for (const text of lines)
    document.addPage().drawText(text, { x: 60, y: 780, size: 11, font, maxWidth: 470, lineHeight: 14 });
  return await document.save();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'marks-'));
  data = await openData(join(folder, 'data'), { create: true });
  const ledger = await openLedger({ dir: data.dir, db: data.casework, tables: LEDGERED });
  marks = { ...data, ledger, clock: () => new Date('2026-03-02T09:00:00Z') };
  writeFileSync(join(folder, 'plan.docx'), await packed(docxParts('Plan', paragraphs(12))));
  writeFileSync(join(folder, 'plan.pdf'), await pdfOf(paragraphs(10)));
  writeFileSync(join(folder, 'zh.docx'), await packed(docxParts('方案', CHINESE)));
});
afterAll(async () => {
  await marks.ledger.close();
  await data.close();
  rmSync(folder, { recursive: true });
});

const wanted = (document: string, out = 'out'): Wanted => ({
  ...{ document: join(folder, document), to: PEOPLE, out: join(folder, out, document), language: 'en' },
  ...{ colluders: 2, falseAccusation: 0.001, miss: 0.05 },
});

async function verdicts(...paths: string[]): Promise<(CopyReading | undefined)[]> {
  const { files } = await readMarks(marks, paths);
  return files.map(({ issues }) => issues[0]?.copies.find(({ verdict }) => verdict === 'explains'));
}

describe('issued copies', () => {
  test.for(['plan.docx', 'plan.pdf', 'zh.docx'])('of %s: each names its recipient, and no other', async (name) => {
    const { copies } = await issueCopies(marks, { ...wanted(name), language: name === 'zh.docx' ? 'zh-CN' : 'en' });
    for (const { number, file, alias } of copies) {
      const { files } = await readMarks(marks, [file]);
      const found = files[0]!.issues[0]!.copies.filter(({ verdict }) => verdict === 'explains');
      expect(found).toEqual([expect.objectContaining({ copy: number, alias })]);
      expect(files[0]!.unaltered?.copy).toBe(number);
      expect(alias).not.toContain(PEOPLE[number - 1]);
    }
    expect(await verdicts(join(folder, name))).toEqual([undefined]);
  });

  test('what a reader reads is the original and one line', async () => {
    const { copies } = await issueCopies(marks, wanted('plan.docx', 'text'));
    const text = zipText;
    const original = await text(join(folder, 'plan.docx'));
    for (const { file, number } of copies) {
      const [line, ...rest] = await text(file);
      expect(line).toBe(`Copy ${number} of 4, issued 2026-03-02. This copy is marked for its recipient.`);
      expect(rest.map((one) => one.trimEnd())).toEqual(original);
    }
  });

  test('the same secret and day give the same bytes', async () => {
    const drawn = { secret: 'ab'.repeat(32) };
    for (const name of ['plan.docx', 'plan.pdf']) {
      const one = await issueCopies(marks, wanted(name, 'one'), { drawn: { ...drawn, id: `one-${name}` } });
      const other = await issueCopies(marks, wanted(name, 'other'), { drawn: { ...drawn, id: `other-${name}` } });
      const bytes = ({ copies }: typeof one) => copies.map(({ file }) => readFileSync(file));
      expect(bytes(one)).toEqual(bytes(other));
    }
  });

  test('two who mix their files word by word are found, whatever they choose, and others are not', async () => {
    const { copies, id } = await issueCopies(marks, wanted('plan.docx', 'mixed'), {
      drawn: { id: 'mixed', secret: '5a'.repeat(32) },
    });
    const [one, other] = [await observed(copies[0]!.file), await observed(copies[2]!.file)];
    for (const [name, choose] of Object.entries({
      lot: (a: number, b: number) => (draw() < 0.5 ? a : b),
      most: Math.max,
      least: Math.min,
    })) {
      const signs = new Map([...one].map(([key, value]) => [key, Math.sign(choose(value, other.get(key) ?? value))]));
      const mixed = join(folder, `mixed-${name}.docx`);
      writeFileSync(mixed, await markDocx(readFileSync(join(folder, 'plan.docx')), signs, 'mixed'));
      const { files } = await readMarks(marks, [mixed]);
      const issue = files[0]!.issues.find((reading) => reading.issue === id)!;
      const named = issue.copies.filter(({ verdict }) => verdict === 'explains').map(({ copy }) => copy);
      expect(named.length).toBeGreaterThan(0);
      expect([1, 3]).toEqual(expect.arrayContaining(named));
    }
  });

  test('marks that were taken out leave nothing to tell', async () => {
    const plain = join(folder, 'retyped.docx');
    writeFileSync(plain, await markDocx(readFileSync(join(folder, 'plan.docx')), new Map(), 'no mark'));
    const reading = await readMarks(marks, [plain]);
    expect(
      reading.files[0]!.issues.flatMap(({ copies }) => copies.filter(({ verdict }) => verdict === 'explains')),
    ).toEqual([]);
    expect(readingText(reading)).toContain('Cannot tell');
  });

  test('a codebook that the ledger does not know is refused', async () => {
    const { copies, id } = await issueCopies(marks, wanted('zh.docx', 'forged'));
    const act = { actor: 'system:machine', act: 'mark.commit', on: [`mark:${id}`] };
    await record(marks.ledger, { ...act, digest: 'cd'.repeat(32) });
    await expect(readMarks(marks, [copies[0]!.file])).rejects.toMatchObject({ code: 'ledger-refuted' });
    await sql`DELETE FROM marked_copies WHERE issue_id = ${id}`.execute(data.casework);
    await sql`DELETE FROM mark_issues WHERE id = ${id}`.execute(data.casework);
  });
});

test('a short document is refused, with what it would be enough for', async () => {
  writeFileSync(join(folder, 'short.docx'), await packed(docxParts('Note', paragraphs(1))));
  const failed = await issueCopies(marks, { ...wanted('short.docx'), to: PEOPLE, colluders: 3 }).catch(
    (error) => error,
  );
  expect(failed).toBeInstanceOf(Fault);
  expect(failed.message).toMatch(/too short: it has \d+ places .* --colluders 1|not even enough/);
});

test('hostile files cost a clear error, and the next file is read', async () => {
  const good = readFileSync(join(folder, 'plan.docx'));
  const pdf = readFileSync(join(folder, 'plan.pdf'));
  const opener = new Opener();
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(good, pdf),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        async (bytes, changes) => {
          const broken = Buffer.from(bytes);
          for (const [at, byte] of changes) broken[Math.floor(at * (broken.length - 1))] = byte;
          const path = join(folder, 'broken');
          writeFileSync(path, broken);
          const result = await opener.observe(path).catch((error: unknown) => error);
          if (result instanceof Error) expect(result).toMatchObject({ code: 'invalid-input', place: path });
        },
      ),
      { numRuns: 60 },
    );
    await expect(opener.observe(join(folder, 'plan.docx'))).resolves.toMatchObject({ format: 'docx' });
  } finally {
    opener.end();
  }
});

test('decoys are made, listed and retired; neither database nor ledger says which they are', async () => {
  const kind: Omit<DecoyKind, 'format'> = {
    template: 'migration-plan',
    language: 'en',
    level: 'internal',
    team: '',
    project: '',
    place: join(folder, 'share'),
    loggedAs: '\\\\fs01\\plans',
    from: '2026-03-02',
  };
  const room = { ...marks, events: data.events };
  for (const format of ['docx', 'pdf', 'txt'] as const) {
    const { id, path, file } = await makeDecoy(room, { ...kind, format });
    expect(path).toMatch(/^\\\\fs01\\plans\\[\w-]+\.\w+$/);
    expect(readFileSync(file).length).toBeGreaterThan(200);
    if (format === 'txt') await retireDecoy(room, id, '2026-04-01');
  }
  expect((await listDecoys(room)).map(({ retired }) => retired).sort()).toEqual(['2026-04-01', null, null]);
  const rows = await sql`SELECT * FROM decoy_documents`.execute(data.casework);
  expect(JSON.stringify(rows)).not.toContain('fs01');
  const inUse = await data.events.rows<{ path: string }>(
    `SELECT path FROM decoys WHERE placed <= '2026-05-01' GROUP BY path, placed HAVING min(retired) > '2026-05-01'`,
  );
  expect(inUse.length).toBe(2);
});

/** +1, -1 and so on as each place of a copy shows it. */
async function observed(file: string): Promise<Map<string, number>> {
  const seen = await observeDocx(readFileSync(file));
  return new Map(
    seen.map(({ channel, anchor, value }) => [`${channel} ${anchor}`, channel === 'spacing' ? value : 2 * value - 1]),
  );
}

async function zipText(file: string): Promise<string[]> {
  const { default: yauzl } = await import('yauzl');
  const xml = await new Promise<string>((resolve, reject) =>
    yauzl.open(file, { lazyEntries: false }, (error, zip) => {
      if (error) return reject(error);
      zip.on('entry', (entry) => {
        if (entry.fileName !== 'word/document.xml') return;
        zip.openReadStream(entry, async (_, stream) => resolve(Buffer.concat(await stream.toArray()).toString()));
      });
    }),
  );
  return readBody(xml).paragraphs.map(({ runs }) => runs.map(({ text }) => text).join(''));
}
