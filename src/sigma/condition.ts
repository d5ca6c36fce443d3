/** A rule's condition: `selection and not 1 of filter_*`. Sigma specification v2, section "Condition". */
import { Wrong } from './document.ts';

/** Names of selections, joined. `T` is what a name stands for. */
export type Logic<T> =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Logic<T>[] }
  | { readonly kind: 'not'; readonly part: Logic<T> }
  | { readonly kind: 'is'; readonly what: T };

/** Deeper than any condition a person would read, and shallow enough for every parser behind this one. */
const DEEPEST = 50;
const LONGEST = 20_000;
const KEYWORDS = ['and', 'or', 'not', 'of', 'them'];

export const and = <T>(parts: readonly Logic<T>[]): Logic<T> =>
  parts.length === 1 ? parts[0]! : { kind: 'and', parts };
export const or = <T>(parts: readonly Logic<T>[]): Logic<T> => (parts.length === 1 ? parts[0]! : { kind: 'or', parts });

/**
 * Reads a condition over selections of these names; binds as the specification says: or, and, not, "x of".
 * Errors: Wrong at `line`.
 */
export function readCondition(text: string, names: readonly string[], line: number): Logic<string> {
  const fail = (message: string): never => {
    throw new Wrong(line, message);
  };
  if (text.length > LONGEST) fail(`the condition has more than ${LONGEST} characters`);
  if (text.includes('|'))
    fail('the condition aggregates with |, which Sigma has given up: write a correlation rule instead');
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  let depth = 0;
  const word = (): string | undefined => tokens[at]?.toLowerCase();
  const chain = (operator: 'and' | 'or', next: () => Logic<string>): Logic<string> => {
    const parts = [next()];
    while (word() === operator) {
      at++;
      parts.push(next());
    }
    return operator === 'and' ? and(parts) : or(parts);
  };
  const disjunction = (): Logic<string> => chain('or', conjunction);
  const conjunction = (): Logic<string> => chain('and', negation);
  const negation = (): Logic<string> => {
    if (word() !== 'not') return term();
    at++;
    return nested(() => ({ kind: 'not', part: negation() }));
  };
  const nested = (inner: () => Logic<string>): Logic<string> => {
    if (++depth > DEEPEST) fail(`the condition is nested more than ${DEEPEST} levels deep`);
    const found = inner();
    depth--;
    return found;
  };
  const term = (): Logic<string> => {
    const token = tokens[at++] ?? fail('the condition ends too early');
    if (token === '(') {
      const inner = nested(disjunction);
      if (tokens[at++] !== ')') fail('a parenthesis of the condition is not closed');
      return inner;
    }
    if (/^\d+$|^any$|^all$/i.test(token) && word() === 'of') {
      at++;
      return quantified(token.toLowerCase(), tokens[at++] ?? fail('the condition ends too early'));
    }
    if (token === ')' || KEYWORDS.includes(token.toLowerCase()))
      fail(`the condition has '${token}' where a name belongs`);
    if (!names.includes(token)) fail(`the condition names '${token}', which is no selection`);
    return { kind: 'is', what: token };
  };
  const quantified = (count: string, pattern: string): Logic<string> => {
    if (/^\d+$/.test(count) && count !== '1') fail(`'${count} of': only 1, any and all can be counted`);
    if (!/^[\w*.-]+$/.test(pattern)) fail(`'${pattern}' is no pattern of names`);
    const chosen = names.filter((name) => (pattern === 'them' ? !name.startsWith('_') : matches(pattern, name)));
    if (chosen.length === 0) fail(`no selection matches '${pattern}'`);
    const parts = chosen.map((what): Logic<string> => ({ kind: 'is', what }));
    return count === 'all' ? and(parts) : or(parts);
  };
  if (tokens.length === 0) fail('the condition is empty');
  const found = disjunction();
  if (at < tokens.length) fail(`the condition goes on with '${tokens[at]}', which is not understood`);
  return found;
}

/** A selection that begins with _ is meant by a pattern only if the pattern says so. */
function matches(pattern: string, name: string): boolean {
  if (name.startsWith('_') && !pattern.startsWith('_')) return false;
  const pieces = pattern.split('*');
  if (pieces.length === 1) return pattern === name;
  const [first, ...rest] = pieces as [string, ...string[]];
  const last = rest.pop()!;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let from = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, from);
    if (found < 0 || found + piece.length > name.length - last.length) return false;
    from = found + piece.length;
  }
  return true;
}

/** Replaces each name by what it stands for. */
export function resolve<A, B>(logic: Logic<A>, of: (what: A) => Logic<B>): Logic<B> {
  if (logic.kind === 'is') return of(logic.what);
  if (logic.kind === 'not') return { kind: 'not', part: resolve(logic.part, of) };
  return { kind: logic.kind, parts: logic.parts.map((part) => resolve(part, of)) };
}

/** Everything that is joined, in order. */
export function leaves<T>(logic: Logic<T>): T[] {
  if (logic.kind === 'is') return [logic.what];
  return logic.kind === 'not' ? leaves(logic.part) : logic.parts.flatMap(leaves);
}
