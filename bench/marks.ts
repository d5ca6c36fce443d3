/**
 * What marks survive: the share of wrong and of unreadable bits after each attack, on documents made here, and whether the
 * copy is still named. Programs that are not installed are said to be so. `node bench/marks.ts`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assign, extractReading, placesOf, signsFor } from '../src/marks/carriers.ts';
import { deriveCode, lengthFor, stream, suspicions } from '../src/marks/code.ts';
import { docxParts } from '../src/marks/decoy-files.ts';
import { markDocx, packed } from '../src/marks/docx.ts';
import { markPdf } from '../src/marks/pdf.ts';
import { Opener } from '../src/marks/task.ts';

const folder = mkdtempSync(join(tmpdir(), 'marks-'));
const draw = stream(Buffer.from('bench'), 'words');
const letters = 'etaoinshrdlucmfwypvbgk';
const word = () => Array.from({ length: 3 + Math.floor(draw() * 6) }, () => letters[Math.floor(draw() * 22)]).join('');
const text = Array.from({ length: 20 }, () => Array.from({ length: 60 }, word).join(' '));
const demand = { recipients: 20, colluders: 2, falseAccusation: 0.001, miss: 0.05 };
const secret = Buffer.alloc(32, 7);
type Step = readonly [program: string, ...words: string[]];
const run = ([program, ...words]: Step) =>
  execFileSync(program, words, { cwd: folder, stdio: 'ignore', timeout: 120_000 });
const office = (format: string, file: string): Step => [
  ...(['soffice', '--headless', '--convert-to'] as const),
  ...[format, '--outdir', 'out', file],
];
const print = (from: string, to: string): Step => ['pdftocairo', '-pdf', from, to];

const opener = new Opener();
try {
  writeFileSync(join(folder, 'a.docx'), await packed(docxParts('Report', text)));
  await measure('docx', markDocx, {
    none: ['m.docx'],
    'saved by LibreOffice': ['out/m.docx', office('docx', 'm.docx')],
    'LibreOffice, ODT and back': ['out/m.docx', office('odt', 'm.docx'), office('docx', 'out/m.odt')],
    'to PDF': ['out/m.pdf', office('pdf', 'm.docx')],
    'to plain text': ['out/m.txt', office('txt:Text (encoded):UTF8', 'm.docx')],
  });
  run(office('pdf', 'a.docx'));
  run(['cp', 'out/a.pdf', 'a.pdf']);
  await measure('pdf', markPdf, {
    none: ['m.pdf'],
    qpdf: ['q.pdf', ['qpdf', '--linearize', '--object-streams=generate', 'm.pdf', 'q.pdf']],
    'printed to PDF by cairo': ['c.pdf', print('m.pdf', 'c.pdf')],
    'printed twice': ['d.pdf', print('m.pdf', 'c.pdf'), print('c.pdf', 'd.pdf')],
    'one page of it': ['one.pdf', ['qpdf', 'm.pdf', '--pages', '.', '1', '--', 'one.pdf']],
    'scanned at 300 dpi, recognised': [
      's.pdf',
      ['pdftoppm', '-r', '300', '-f', '1', '-l', '1', '-png', 'm.pdf', 's'],
      ['sh', '-c', 'tesseract s-*1.png s pdf'],
    ],
    'plain text': ['t.txt', ['pdftotext', 'm.pdf', 't.txt']],
  });
} finally {
  opener.end();
  rmSync(folder, { recursive: true });
}

/** The file that is read in the end, and what makes it. */
type Attacks = Record<string, readonly [result: string, ...steps: Step[]]>;

async function measure(format: string, mark: typeof markDocx, attacks: Attacks): Promise<void> {
  const original = join(folder, `a.${format}`);
  const places = placesOf((await opener.observe(original)).observations);
  const length = lengthFor(demand);
  const carriers = assign(places, length, secret);
  const code = deriveCode(secret, demand, length);
  const signs = signsFor(carriers, code.words[4]!, secret);
  writeFileSync(join(folder, `m.${format}`), await mark(readFileSync(original), signs, 'Copy 5 of 20'));
  console.log(`${format}: ${places.length} places, ${length} positions`);
  for (const [name, [result, ...steps]] of Object.entries(attacks)) {
    try {
      for (const step of steps) run(step);
      const { observations } = await opener.observe(join(folder, result));
      const { reading, channels } = extractReading(carriers, observations, length, secret);
      const read = reading.filter((bit) => bit >= 0).length;
      const wrong = reading.filter((bit, at) => bit >= 0 && bit !== code.words[4]![at]).length;
      const found = suspicions(code, reading, 2).map(({ falseAccusation }) => falseAccusation * 20 <= 0.001);
      const named = found.flatMap((is, index) => (is ? [index + 1] : []));
      const parts = channels.map((one) => `${one.channel} ${one.read}/${one.places}`).join(', ');
      const rate = read === 0 ? 'nothing read' : `${((100 * wrong) / read).toFixed(1)} % wrong`;
      console.log(
        `  ${name}: ${read}/${length} read, ${rate}; ${parts}; names ${named.join(', ') || 'nobody'} (true: 5)`,
      );
    } catch (error) {
      console.log(`  ${name}: not measured (${(error as Error).message.split('\n')[0]})`);
    }
  }
}
