/** What was read, in careful words: explanations, never guilt. */
import type { CopyReading, FileReading, IssueReading, MarksReading } from './read.ts';

const MOST_COPIES = 10;

export const MODEL =
  'The chance in the third column holds under this model: 1 to c copies were mixed place by place, each as likely as the ' +
  'others; one position in fifty is misread; and before reading every copy was as likely a source as one that was never issued.';

const CAUTION =
  'A copy that explains a file was used to make it, or something made from it was. Who used it is not said by this: ' +
  'copies are lent, left lying and stolen.';

export function readingText({ files, tested }: MarksReading): string {
  const lines = files.flatMap(fileText);
  if (files.some(({ issues }) => issues.length > 0))
    lines.push(
      '',
      ...wrapped(MODEL),
      `${tested} comparisons of a copy with a file; the bounds hold for all of them together.`,
    );
  if (files.some(({ issues }) => issues.some(({ copies }) => copies.some(({ verdict }) => verdict === 'explains'))))
    lines.push(...wrapped(CAUTION));
  return lines.join('\n');
}

export const readingJson = (reading: MarksReading): string =>
  `${JSON.stringify({ ...reading, model: MODEL }, undefined, 2)}\n`;

function fileText({ path, why, unaltered, issues }: FileReading): string[] {
  if (why !== undefined) return [`${path}: ${why}`];
  if (issues.length === 0)
    return [`${path}: cannot tell: it holds the text of no document that was issued in marked copies.`];
  const lines: string[] = [];
  // An issue that explains nothing is not shown beside one that does.
  const telling = issues.filter(({ copies }) => copies.some(({ verdict }) => verdict === 'explains'));
  for (const issue of telling.length > 0 ? telling : issues.slice(0, 1)) {
    lines.push(`${path}: ${issue.document}, issue ${issue.issue}, fixed in entry ${issue.ledger_entry} of the ledger`);
    if (unaltered?.issue === issue.issue) lines.push(`  It is copy ${unaltered.copy}, byte for byte.`);
    lines.push(`  ${issue.read} of ${issue.length} positions read (${channelsText(issue)})`);
    for (const copy of issue.copies.slice(0, MOST_COPIES)) lines.push(`  ${copyText(copy)}`);
    if (issue.copies.length > MOST_COPIES)
      lines.push(`  and ${issue.copies.length - MOST_COPIES} more copies that score lower`);
    lines.push(`  ${conclusion(issue)}`);
  }
  return lines;
}

function copyText({ copy, alias, score, posterior, false_accusation, verdict }: CopyReading): string {
  const chance =
    posterior > 0.9999 ? '> 99.99 %' : posterior < 0.0001 ? '< 0.01 %' : `${(100 * posterior).toFixed(2)} %`;
  const bound = false_accusation >= 1 ? '1' : false_accusation.toExponential(1);
  return `copy ${String(copy).padStart(3)}  ${alias}  score ${score.toFixed(1).padStart(7)}  chance ${chance.padStart(9)}  by accident at most ${bound.padStart(7)}  ${verdict}`;
}

function channelsText({ channels }: IssueReading): string {
  return channels
    .map(({ channel, places, read, errors }) => {
      const wrong = errors === undefined ? '' : `, ${(100 * errors).toFixed(0)} % against the others`;
      return `${channel} ${read}/${places}${wrong}`;
    })
    .join('; ');
}

function conclusion({ copies, asked, read }: IssueReading): string {
  const explain = copies.filter(({ verdict }) => verdict === 'explains').map(({ copy }) => copy);
  if (explain.length === 1)
    return `Copy ${explain[0]} explains it: one that was no source looks like this at most once in ${onceIn(copies[0]!)} runs like this one.`;
  if (explain.length > 1)
    return `Copies ${explain.join(', ')} explain it together; each that was no source would look like this in less than ${asked} of runs.`;
  if (read === 0)
    return 'Cannot tell: no mark was found. They do not survive retyping, printing and scanning, or being taken out.';
  return `Cannot tell: no copy stands out by more than chance allows (asked for at issue: ${asked}).`;
}

const onceIn = ({ false_accusation }: CopyReading): string => {
  const runs = 1 / Math.max(false_accusation, 1e-12);
  return runs > 1e6 ? `10^${Math.floor(Math.log10(runs))}` : Math.floor(runs).toLocaleString('en');
};

function wrapped(text: string): string[] {
  return text.match(/.{1,110}(?:\s|$)/g)!.map((line) => line.trimEnd());
}
