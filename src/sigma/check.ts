/** Everything a folder of rules compiles to, and what does not compile: file and line of all of it. */
import { type Collection, Index, readCollection } from './collection.ts';
import { compile } from './compile.ts';
import { and } from './condition.ts';
import { compileCorrelation, type Tree, treeOf } from './correlate.ts';
import { type Problem, Wrong } from './document.ts';
import { applyPipeline, type Pipeline } from './pipeline.ts';
import type { Filter, LogSource, Rule, SigmaDocument } from './rule.ts';
import { rawShape } from './shape.ts';

export interface CheckReport {
  total: number;
  compiled: number;
  errors: Problem[];
}

/** A rule or a correlation that can be run. */
export type Runnable = Rule | Tree;

export interface Prepared {
  readonly runnables: readonly Runnable[];
  readonly total: number;
  readonly compiled: number;
  readonly problems: readonly Problem[];
}

/** Checks every rule below `place`. Errors: not-found. */
export function checkRules(place: string, pipelines: readonly Pipeline[] = []): CheckReport {
  const { total, compiled, problems } = prepare(readCollection(place), pipelines);
  return { total, compiled, errors: [...problems] };
}

/** Applies filters and pipelines, puts rules in place of names, and compiles each to see that it does. */
export function prepare(collection: Collection, pipelines: readonly Pipeline[]): Prepared {
  const problems: Problem[] = [...collection.problems];
  const filters = collection.documents.filter((document) => document.kind === 'filter');
  const failed = (document: SigmaDocument, error: unknown): undefined => {
    problems.push({ file: document.file, ...problemOf(error, document.line) });
    return undefined;
  };
  const changed = collection.documents.map((document): SigmaDocument | undefined => {
    try {
      if (document.kind === 'filter') void compile(document.matcher, rawShape(document.logsource));
      if (document.kind !== 'rule') return document;
      const rule = pipelines.reduce(applyPipeline, withFilters(document, filters));
      compile(rule.matcher, rawShape(rule.logsource));
      return rule;
    } catch (error) {
      return failed(document, error);
    }
  });
  const sound = changed.filter((document) => document !== undefined);
  const index = new Index(sound);
  const runnables = sound.flatMap((document): Runnable[] => {
    if (document.kind === 'rule') return [document];
    if (document.kind === 'filter') return [];
    try {
      const tree = treeOf(document, index);
      compileCorrelation(tree, rawShape);
      return [tree];
    } catch (error) {
      failed(document, error);
      return [];
    }
  });
  const compiled = runnables.length + filters.filter((filter) => sound.includes(filter)).length;
  problems.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  return { runnables, total: collection.total, compiled, problems };
}

function problemOf(error: unknown, line: number): { line: number; message: string } {
  if (error instanceof Wrong) return { line: error.line > 0 ? error.line : line, message: error.message };
  if (error instanceof RangeError) return { line, message: 'the rule is nested too deeply' };
  throw error;
}

/** A filter narrows a rule: both conditions must hold. Sigma Filters Specification; as pySigma does, the condition as it stands. */
function withFilters(rule: Rule, filters: readonly Filter[]): Rule {
  const applying = filters.filter((filter) => {
    const named =
      filter.rules === 'any' || filter.rules.some((name) => [rule.id, rule.name, rule.title].includes(name));
    return named && covers(filter.logsource, rule.logsource);
  });
  if (applying.length === 0) return rule;
  return { ...rule, matcher: and([rule.matcher, ...applying.map(({ matcher }) => matcher)]) };
}

/** Whether a log source that says less includes one that says more. */
export function covers(wide: LogSource, narrow: LogSource): boolean {
  return (['category', 'product', 'service'] as const).every(
    (key) => wide[key] === undefined || wide[key] === narrow[key],
  );
}
