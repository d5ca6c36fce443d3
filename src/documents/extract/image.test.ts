import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { pdf } from '../../../test/samples.ts';
import { type Extract, extract } from './extract.ts';
import { runProgram } from './program.ts';

const works = (program: string, words: string[]) => spawnSync(program, words).error === undefined;
const INSTALLED =
  works('pdftoppm', ['-v']) &&
  works('tesseract', ['--version']) &&
  /^eng$/m.test(spawnSync('tesseract', ['--list-langs'], { encoding: 'utf8' }).stdout);
const TEXT = Array(6).fill('The valve holds for ninety minutes and leaks less than two millilitres.').join('\n');

/** In a font that whatever draws it has, and without a table of places, which it makes itself. */
function drawn(text: string): Buffer {
  const lines = text.split('\n').map((line) => `(${line}) Tj 0 -30 Td`);
  const content = `BT /F1 16 Tf 40 780 Td ${lines.join(' ')} ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 700 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  return pdfOf(objects);
}

const pdfOf = (objects: readonly string[]) =>
  Buffer.from(
    `%PDF-1.4\n${objects.map((object, at) => `${at + 1} 0 obj\n${object}\nendobj\n`).join('')}trailer<</Root 1 0 R>>\n%%EOF`,
    'latin1',
  );

/** A PDF of one page that is a picture of a text: as a scanner makes them. */
function scanned(text: string): Buffer {
  // In colour: poppler 22 writes the rows of a grey JPEG wrongly.
  const words = ['-r', '150', '-jpeg', '-singlefile', '-'];
  const picture = spawnSync('pdftoppm', words, { cwd: tmpdir(), input: drawn(text), maxBuffer: 2 ** 26 }).stdout;
  // The frame of a JPEG says its height and width, two bytes each.
  const frame = picture.indexOf(Buffer.from([0xff, 0xc0])) + 5;
  const [height, width] = [picture.readUInt16BE(frame), picture.readUInt16BE(frame + 2)];
  const draw = `${width} 0 0 ${height} 0 0 cm /P Do`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${width} ${height}]/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>>>`,
    `<</Length ${draw.length}>>stream\n${draw}\nendstream`,
    `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length ${picture.length}>>stream\n${picture.toString('latin1')}\nendstream`,
  ];
  return pdfOf(objects);
}

test('a PDF whose pages are pictures is drawn and read', { timeout: 60_000 }, async ({ skip }) => {
  skip(!INSTALLED, 'pdftoppm, tesseract or its English is not installed: no page is read');
  const found: Extract[] = [];
  await extract({ name: 'scan.pdf', bytes: scanned(TEXT) }, (one) => void found.push(one));
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ kind: 'pdf', why: undefined });
  expect(found[0]!.text!.match(/ninety minutes/g)).toHaveLength(6);
});

test('a program of somebody else runs in the temporary folder, and not where we are', async () => {
  const { output } = await runProgram('sh', ['-c', 'pwd -P; echo "$TMPDIR"'], { seconds: 10, maxOutput: 4096 });
  expect(output.toString()).toBe(`${realpathSync(tmpdir())}\n${tmpdir()}\n`);
});

test('where what draws or reads it is missing, the reason says so', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    const found: Extract[] = [];
    await extract({ name: 'blank.pdf', bytes: pdf('') }, (one) => void found.push(one));
    expect(found).toMatchObject([
      {
        text: undefined,
        why: 'a PDF without text: its pages are pictures; they are read where poppler is installed',
      },
    ]);
  } finally {
    process.env.PATH = path;
  }
});
