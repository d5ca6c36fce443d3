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
const run = (name: string, ...words: string[]) =>
  execFileSync(name, words, { cwd: folder, stdio: 'ignore', timeout: 120_000 });
const office = (format: string, file: string) =>
  run('soffice', '--headless', '--convert-to', format, '--outdir', 'out', file);

const opener = new Opener();
try {
  writeFileSync(join(folder, 'a.docx'), await packed(docxParts('Report', text)));
  await measure('docx', markDocx, {
    none: () => 'm.docx',
    'saved by LibreOffice': () => (office('docx', 'm.docx'), 'out/m.docx'),
    'LibreOffice, ODT and back': () => (office('odt', 'm.docx'), office('docx', 'out/m.odt'), 'out/m.docx'),
    'to PDF': () => (office('pdf', 'm.docx'), 'out/m.pdf'),
    'to plain text': () => (office('txt:Text (encoded):UTF8', 'm.docx'), 'out/m.txt'),
  });
  office('pdf', 'a.docx');
  run('cp', 'out/a.pdf', 'a.pdf');
  await measure('pdf', markPdf, {
    none: () => 'm.pdf',
    qpdf: () => (run('qpdf', '--linearize', '--object-streams=generate', 'm.pdf', 'q.pdf'), 'q.pdf'),
    'printed to PDF by cairo': () => (run('pdftocairo', '-pdf', 'm.pdf', 'c.pdf'), 'c.pdf'),
    'printed twice': () => (
      run('pdftocairo', '-pdf', 'm.pdf', 'c.pdf'), run('pdftocairo', '-pdf', 'c.pdf', 'd.pdf'), 'd.pdf'
    ),
    'one page of it': () => (run('qpdf', 'm.pdf', '--pages', '.', '1', '--', 'one.pdf'), 'one.pdf'),
    'scanned at 300 dpi, recognised': () => (
      run('pdftoppm', '-r', '300', '-f', '1', '-l', '1', '-png', 'm.pdf', 's'),
      run('sh', '-c', 'tesseract s-*1.png s pdf'),
      's.pdf'
    ),
    'plain text': () => (run('pdftotext', 'm.pdf', 't.txt'), 't.txt'),
  });
} finally {
  opener.end();
  rmSync(folder, { recursive: true });
}

type Attacks = Record<string, () => string>;

async function measure(format: string, mark: typeof markDocx, attacks: Attacks): Promise<void> {
  const original = join(folder, `a.${format}`);
  const places = placesOf((await opener.observe(original)).observations);
  const length = lengthFor(demand);
  const carriers = assign(places, length, secret);
  const code = deriveCode(secret, demand, length);
  const signs = signsFor(carriers, code.words[4]!, secret);
  writeFileSync(join(folder, `m.${format}`), await mark(readFileSync(original), signs, 'Copy 5 of 20'));
  console.log(`${format}: ${places.length} places, ${length} positions`);
  for (const [name, attack] of Object.entries(attacks)) {
    try {
      const { observations } = await opener.observe(join(folder, attack()));
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
