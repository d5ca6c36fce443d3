/**
 * Whom to trust about a log (C2SP tlog-policy): the log's keys, its witnesses, and which of them must have cosigned.
 * One line is ours: `checkpoint SIZE ROOT` names a state the log is known to have had, so that it cannot go back behind it.
 */
import { readFileSync } from 'node:fs';
import { Fault } from '../base/fault.ts';
import { parseHash, parseSize } from './checkpoint.ts';
import { NoteError, parseVerifierKey, type VerifierKey } from './note.ts';

export interface Trusted {
  readonly key: VerifierKey;
  readonly url?: string | undefined;
}

export interface Witness extends Trusted {
  /** As the policy calls it, which is not the name of the key. */
  readonly name: string;
}

export interface KnownState {
  readonly size: number;
  readonly root: Buffer;
}

export interface Policy {
  readonly logs: readonly Trusted[];
  readonly witnesses: readonly Witness[];
  /** Whether cosignatures by these witness names are enough. */
  readonly quorum: (cosigned: ReadonlySet<string>) => boolean;
  /** The quorum as the file says it: the name of a witness or group, or `none`. */
  readonly quorumName: string;
  readonly known: readonly KnownState[];
}

export const NO_POLICY: Policy = { logs: [], witnesses: [], quorum: () => true, quorumName: 'none', known: [] };

/** Reads a policy file. Throws `not-found`, and `invalid-content` naming file and line. */
export function readPolicy(file: string): Policy {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Fault('not-found', `The policy file ${file} cannot be read.`, { place: file, cause });
  }
  return parsePolicy(bytes.toString('utf8'), file);
}

/** `file` is for messages. Throws `invalid-content`. */
export function parsePolicy(text: string, file = 'the policy'): Policy {
  const policy = new PolicyText();
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    if (words.length === 0 || words[0]!.startsWith('#')) continue;
    try {
      if (/[^\P{Cc}\t\u0080-\u009f]/u.test(line)) throw new NoteError('a control character');
      policy.take(words);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      const place = `${file}:${index + 1}`;
      throw new Fault('invalid-content', `${place}: ${error.message}.`, { place });
    }
  }
  if (policy.quorumName === undefined) {
    throw new Fault('invalid-content', `${file} has no line \`quorum\`; write \`quorum none\` to need no witness.`, {
      place: file,
    });
  }
  return policy.finished(policy.quorumName);
}

type Rule = (cosigned: ReadonlySet<string>) => boolean;

class PolicyText {
  readonly logs: Trusted[] = [];
  readonly witnesses: Witness[] = [];
  readonly known: KnownState[] = [];
  quorumName: string | undefined;
  readonly #rules = new Map<string, Rule>([['none', () => true]]);
  readonly #members = new Set<string>();

  take([keyword, ...rest]: readonly string[]): void {
    if (keyword === 'log') this.#log(rest);
    else if (keyword === 'witness') this.#witness(rest);
    else if (keyword === 'group') this.#group(rest);
    else if (keyword === 'quorum') this.#quorum(rest);
    else if (keyword === 'checkpoint') this.#checkpoint(rest);
    else throw new NoteError('a line begins with log, witness, group, quorum or checkpoint');
  }

  finished(quorumName: string): Policy {
    const { logs, witnesses, known } = this;
    return { logs, witnesses, known, quorumName, quorum: this.#rules.get(quorumName)! };
  }

  #log([vkey = '', url, ...more]: readonly string[]): void {
    const key = newKey(vkey, this.logs);
    if (key.type !== 'note' || more.length > 0) throw new NoteError('write: log KEY [URL]');
    this.logs.push({ key, url });
  }

  #witness([name = '', vkey = '', url, ...more]: readonly string[]): void {
    const key = newKey(vkey, this.witnesses);
    if (key.type !== 'cosignature' || more.length > 0) throw new NoteError('write: witness NAME KEY [URL]');
    this.#define(name, (cosigned) => cosigned.has(name));
    this.witnesses.push({ name, key, url });
  }

  #group([name = '', threshold = '', ...members]: readonly string[]): void {
    const needed = threshold === 'any' ? 1 : threshold === 'all' ? members.length : parseSize(threshold);
    if (needed < 1 || needed > members.length) throw new NoteError('write: group NAME all|any|NUMBER NAME...');
    const rules = members.map((member) => {
      if (member === 'none' || this.#members.has(member)) throw new NoteError(`${member} cannot be a member here`);
      this.#members.add(member);
      return this.#defined(member);
    });
    this.#define(name, (cosigned) => rules.filter((rule) => rule(cosigned)).length >= needed);
  }

  #quorum([name = '', ...more]: readonly string[]): void {
    if (this.quorumName !== undefined || more.length > 0) throw new NoteError('write one line: quorum NAME');
    this.#defined(name);
    this.quorumName = name;
  }

  #checkpoint([size = '', root = '', ...more]: readonly string[]): void {
    if (more.length > 0) throw new NoteError('write: checkpoint SIZE ROOT');
    this.known.push({ size: parseSize(size), root: parseHash(root) });
  }

  #define(name: string, rule: Rule): void {
    if (name === '' || this.#rules.has(name)) throw new NoteError(`the name ${name} is given twice`);
    this.#rules.set(name, rule);
  }

  #defined(name: string): Rule {
    const rule = this.#rules.get(name);
    if (rule === undefined) throw new NoteError(`${name} is not defined on a line before`);
    return rule;
  }
}

/** Two keys are the same if their bytes are, whatever they are called: one holder must not count twice. */
function newKey(vkey: string, present: readonly Trusted[]): VerifierKey {
  const key = parseVerifierKey(vkey);
  if (present.some((other) => other.key.publicKey.equals(key.publicKey)))
    throw new NoteError('the key is listed twice');
  return key;
}
