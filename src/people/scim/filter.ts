/** Filters and attribute paths: RFC 7644, sections 3.4.2.2 and 3.5.2, figure 1. The whole grammar is read. */
import { ScimError, type ScimType } from './error.ts';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le', 'pr'] as const;
export type Operator = (typeof OPERATORS)[number];

/** An attribute: `schema` is set for those of an extension; an empty `name` means the extension as a whole. */
export interface Attribute {
  readonly schema?: string;
  readonly name: string;
  readonly sub?: string;
}

export type Filter =
  | { readonly kind: 'compare'; readonly attribute: Attribute; readonly operator: Operator; readonly value?: Value }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'value'; readonly attribute: Attribute; readonly filter: Filter };

export type Value = string | number | boolean | null;

/** What a PATCH operation is about: `emails[type eq "work"].value`. */
export interface Path {
  readonly attribute: Attribute;
  readonly filter?: Filter;
}

const MOST_CHARACTERS = 4000;
const MOST_DEPTH = 20;
const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|(\.[A-Za-z$][\w$-]*)|([^\s()[\]"]+))/y;

type Token = { readonly text: string; readonly isString: boolean; readonly at: number; readonly isSpaced: boolean };

/** Throws `invalidFilter` with the place, counted from 1. */
export function parseFilter(text: string): Filter {
  const reader = new Reader(text, 'invalidFilter');
  const filter = reader.or(0);
  reader.end();
  return filter;
}

/** Throws `invalidPath`. */
export function parsePath(text: string): Path {
  const reader = new Reader(text, 'invalidPath');
  const attribute = attributeOf(reader.word());
  if (!reader.takes('[')) {
    reader.end();
    return { attribute };
  }
  const filter = reader.or(0);
  reader.expects(']');
  const sub = reader.subAttribute();
  reader.end();
  return { attribute: sub === undefined ? attribute : { ...attribute, sub }, filter };
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #length: number;
  readonly #type: ScimType;
  #at = 0;

  constructor(text: string, type: ScimType) {
    this.#type = type;
    this.#length = text.length;
    if (text.length > MOST_CHARACTERS) throw this.#wrong(`it is longer than ${MOST_CHARACTERS} characters`);
    this.#tokens = this.#tokensOf(text);
  }

  or(depth: number): Filter {
    return this.#chain('or', () => this.#chain('and', () => this.#factor(depth + 1)));
  }

  word(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.isString || /^[()[\]]$/.test(token.text)) throw this.#unexpected('an attribute');
    this.#at += 1;
    return token.text;
  }

  subAttribute(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined) return undefined;
    if (!token.text.startsWith('.') || token.isSpaced) throw this.#unexpected('a sub-attribute');
    this.#at += 1;
    return token.text.slice(1);
  }

  takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.isString || token.text.toLowerCase() !== text) return false;
    this.#at += 1;
    return true;
  }

  expects(text: string): void {
    if (!this.takes(text)) throw this.#unexpected(`"${text}"`);
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unexpected('the end');
  }

  #chain(kind: 'and' | 'or', next: () => Filter): Filter {
    const parts = [next()];
    while (this.takes(kind)) parts.push(next());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  #factor(depth: number): Filter {
    if (depth > MOST_DEPTH) throw this.#wrong(`it is nested more than ${MOST_DEPTH} levels deep`);
    if (this.takes('not')) {
      this.expects('(');
      return { kind: 'not', part: this.#closed(depth) };
    }
    if (this.takes('(')) return this.#closed(depth);
    const attribute = attributeOf(this.word());
    if (this.takes('[')) {
      const filter = this.or(depth);
      this.expects(']');
      return { kind: 'value', attribute, filter };
    }
    const word = this.#tokens[this.#at]?.text.toLowerCase();
    const operator = OPERATORS.find((one) => one === word);
    if (operator === undefined) throw this.#unexpected(`one of ${OPERATORS.join(', ')}`);
    this.#at += 1;
    if (operator === 'pr') return { kind: 'compare', attribute, operator };
    return { kind: 'compare', attribute, operator, value: this.#value() };
  }

  #closed(depth: number): Filter {
    const part = this.or(depth);
    this.expects(')');
    return part;
  }

  #value(): Value {
    const token = this.#tokens[this.#at];
    try {
      const value =
        token === undefined ? undefined : (JSON.parse(token.isString ? token.text : token.text.toLowerCase()) as Value);
      if (value !== undefined && typeof value !== 'object') {
        this.#at += 1;
        return value;
      }
      if (value === null) {
        this.#at += 1;
        return null;
      }
    } catch {}
    throw this.#unexpected('a value: a text in double quotes, a number, true, false or null');
  }

  #tokensOf(text: string): Token[] {
    const tokens: Token[] = [];
    TOKEN.lastIndex = 0;
    const end = text.trimEnd().length;
    while (TOKEN.lastIndex < end) {
      const from = TOKEN.lastIndex;
      const found = TOKEN.exec(text);
      if (found === null) throw this.#wrong(`a text that does not end, at ${from + 1}`);
      const token = found[1] ?? found[2] ?? found[3] ?? found[4]!;
      const at = TOKEN.lastIndex - token.length;
      tokens.push({ text: token, isString: found[2] !== undefined, at: at + 1, isSpaced: at > from });
    }
    return tokens;
  }

  #unexpected(wanted: string): ScimError {
    const token = this.#tokens[this.#at];
    return this.#wrong(`at ${token?.at ?? this.#length + 1} should be ${wanted}`);
  }

  #wrong(why: string): ScimError {
    const what = this.#type === 'invalidPath' ? 'path' : 'filter';
    return new ScimError(400, `The ${what} cannot be read: ${why}.`, this.#type);
  }
}

/** `userName`, `name.givenName`, `urn:...:User:manager`, `urn:...:User:manager.value`, and a schema alone. */
function attributeOf(text: string): Attribute {
  const known = [ENTERPRISE, USER, GROUP].find((urn) => {
    const start = text.slice(0, urn.length).toLowerCase();
    return start === urn.toLowerCase() && [undefined, ':', '.'].includes(text[urn.length]);
  });
  const own = known === undefined ? text : text.slice(known.length + 1);
  const schema = known === ENTERPRISE ? { schema: ENTERPRISE } : {};
  // A schema that is not ours: its attributes are taken and dropped like any that is not kept.
  if (known === undefined && /^urn:/i.test(text)) return { schema: text, name: '' };
  const [name = '', sub, ...rest] = own.split('.');
  const isName = /^[$A-Za-z][\w$-]*$/.test(name) || (name === '' && known !== undefined);
  if (!isName || rest.length > 0 || (sub !== undefined && !/^[$A-Za-z][\w$-]*$/.test(sub))) {
    throw new ScimError(400, 'An attribute is a name, or a name and one below it with a dot between.', 'invalidPath');
  }
  return sub === undefined ? { ...schema, name } : { ...schema, name, sub };
}

/** Whether one of an attribute's values passes a filter in brackets. Texts disregard capitals. */
export function passes(item: unknown, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => passes(item, part));
    case 'or':
      return filter.parts.some((part) => passes(item, part));
    case 'not':
      return !passes(item, filter.part);
    case 'value':
      return false;
    case 'compare': {
      const found = typeof item === 'object' && item !== null ? attributeIn(item, filter.attribute.name) : item;
      return compares(found, filter.operator, filter.value ?? null);
    }
  }
}

function compares(found: unknown, operator: Operator, wanted: Value): boolean {
  const isThere = found !== undefined && found !== null && found !== '';
  if (operator === 'pr') return isThere;
  const [one, other] = [comparable(found), comparable(wanted)];
  if (operator === 'eq') return one === other;
  if (operator === 'ne') return one !== other;
  if (typeof one === 'string' && typeof other === 'string') {
    if (operator === 'co') return one.includes(other);
    if (operator === 'sw') return one.startsWith(other);
    if (operator === 'ew') return one.endsWith(other);
  }
  if (typeof one !== typeof other || one === null || other === null || typeof one === 'boolean') return false;
  if (operator === 'gt') return one > other;
  if (operator === 'ge') return one >= other;
  if (operator === 'lt') return one < other;
  return operator === 'le' && one <= other;
}

/** A boolean that comes as a text is one: "True" is true. */
function comparable(value: unknown): Value {
  if (typeof value === 'string') {
    const small = value.toLowerCase();
    return small === 'true' ? true : small === 'false' ? false : small;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** A property by its name, whatever its capitals: names of attributes disregard them (RFC 7643, section 2.1). */
export function attributeIn(item: object, name: string): unknown {
  const key = Object.keys(item).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (item as Record<string, unknown>)[key];
}
