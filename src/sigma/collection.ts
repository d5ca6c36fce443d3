/** A folder of rules as a whole: which documents it has, what refers to what, and what is wrong where. */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import { type Problem, readDocuments, Wrong, withActions } from './document.ts';
import { shown } from './pattern.ts';
import { isOther, readSigma, type SigmaDocument } from './rule.ts';

export interface Collection {
  /** Documents that can be read, in the order of files and lines. */
  readonly documents: readonly SigmaDocument[];
  readonly problems: readonly Problem[];
  /** Documents that claim to be Sigma, whether or not they can be read. */
  readonly total: number;
}

const RULES = /\.ya?ml$/i;

/** The files below `place` (or the one it is) whose names fit; hidden folders and links are left out. Errors: not-found. */
export function filesBelow(place: string, fits: RegExp): string[] {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found === undefined) throw new Fault('not-found', 'there is no such file or folder', { place });
  return found.isFile() ? [place] : walk(place, fits);
}

function walk(folder: string, fits: RegExp): string[] {
  const names = readdirSync(folder).sort();
  return names.flatMap((name) => {
    if (name.startsWith('.') || name === 'node_modules') return [];
    const path = join(folder, name);
    const about = lstatSync(path);
    if (about.isDirectory()) return walk(path, fits);
    return about.isFile() && fits.test(name) ? [path] : [];
  });
}

/** Reads every rule below `place`. A file that cannot be read is a problem, and the others are read all the same. */
export function readCollection(place: string): Collection {
  return readFiles(filesBelow(place, RULES));
}

export function readFiles(files: readonly string[]): Collection {
  const documents: SigmaDocument[] = [];
  const problems: Problem[] = [];
  let total = 0;
  for (const file of files) {
    const read = readFile(file);
    total += read.total;
    documents.push(...read.documents);
    problems.push(...read.wrong.map(({ line, message }) => ({ file, line, message })));
  }
  return { documents, problems, total };
}

function readFile(file: string): { documents: SigmaDocument[]; wrong: Wrong[]; total: number } {
  try {
    const { documents: nodes, wrong } = readDocuments(readFileSync(file));
    const { documents: whole, wrong: wrongActions } = withActions(nodes);
    if (whole.length === 0 && wrong.length === 0 && wrongActions.length === 0 && nodes.length === 0)
      return { documents: [], wrong: [new Wrong(1, 'the file holds no rule')], total: 1 };
    const claimed = whole.filter((node) => !isOther(node));
    const read = claimed.map((node) => readSigma(node, file));
    return {
      documents: read.flatMap(({ document }) => document ?? []),
      wrong: [...wrong, ...wrongActions, ...read.flatMap((one) => one.wrong)],
      total: claimed.length + wrong.length + wrongActions.length,
    };
  } catch (error) {
    // Whatever a hostile file makes of us: it is this file's problem, and no other's.
    const why = error instanceof RangeError ? 'it is nested too deeply' : (error as NodeJS.ErrnoException).code;
    return { documents: [], wrong: [new Wrong(1, `the file cannot be read${why ? `: ${why}` : ''}`)], total: 1 };
  }
}

/** Finds a document by the id or name that another refers to it by. */
export class Index {
  readonly #byKey = new Map<string, SigmaDocument[]>();

  constructor(documents: readonly SigmaDocument[]) {
    for (const document of documents)
      for (const key of new Set([document.id, document.name]))
        if (key !== undefined) this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), document]);
  }

  /** Errors: Wrong when there is none, or more than one. */
  find(key: string, line: number): SigmaDocument {
    const found = this.#byKey.get(key) ?? this.#byKey.get(key.toLowerCase()) ?? [];
    if (found.length === 0) throw new Wrong(line, `there is no rule ${shown(key)}, or it has an error of its own`);
    if (found.length > 1)
      throw new Wrong(
        line,
        `${found.length} rules are called ${shown(key)}: ${found.map((one) => one.file).join(', ')}`,
      );
    return found[0]!;
  }
}
