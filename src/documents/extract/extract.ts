/**
 * What a file says, whatever it is: its own text, and the text of everything inside it. Pure over bytes: nothing is
 * written, nothing is fetched. Runs in a process of its own (worker.ts), because every parser here reads hostile input.
 */
import { unpack } from './archive.ts';
import { externalParts } from './external.ts';
import { imageText } from './image.ts';
import { type Kind, kindOf } from './kind.ts';
import { mailParts } from './mail.ts';
import { htmlText } from './markup.ts';
import { officeParts } from './office.ts';
import { Budget, Exhausted, type Inside, LIMITS, type Limits, type Part, Unreadable } from './part.ts';
import { pdfText } from './pdf.ts';
import { rtfText } from './rtf.ts';
import { plainText } from './text.ts';

/** One thing that was found in a file. `text` is undefined where there is none to read; `why` then says the reason. */
export interface Extract extends Part {
  readonly kind: Kind;
  readonly text: string | undefined;
  readonly why: string | undefined;
}

/**
 * Everything in the file `name`, as it is found. `path` is where the bytes lie on disk, for the programs that open
 * formats of others; undefined for bytes that lie nowhere. Never throws for what the bytes hold.
 */
export async function extract(
  file: { name: string; bytes: Uint8Array; path?: string | undefined },
  found: (extract: Extract) => void | Promise<void>,
  limits: Limits = LIMITS,
): Promise<void> {
  const budget = new Budget(limits);
  try {
    await read({ name: '', bytes: file.bytes }, { fileName: file.name, path: file.path, depth: 0, budget, found });
  } catch (error) {
    if (!(error instanceof Exhausted)) throw error;
    await found({ name: '', bytes: file.bytes, kind: 'unknown', text: undefined, why: error.message });
  }
}

interface State {
  fileName: string;
  path: string | undefined;
  depth: number;
  budget: Budget;
  found: (extract: Extract) => void | Promise<void>;
}

async function read(part: Part, state: State): Promise<void> {
  const fileName = part.name === '' ? state.fileName : part.name;
  const kind = kindOf(part.bytes, fileName);
  const inside: Inside = {
    budget: state.budget,
    async part(inner) {
      const name = part.name === '' ? inner.name : `${part.name}/${inner.name}`;
      if (state.depth + 1 > state.budget.limits.depth) {
        const why = `archives in archives, more than ${state.budget.limits.depth} deep`;
        await state.found({ name, bytes: inner.bytes, kind: 'unknown', text: undefined, why });
      } else {
        await read({ name, bytes: inner.bytes }, { ...state, depth: state.depth + 1, path: undefined });
      }
    },
    trouble(name, why) {
      const whole = [part.name, name].filter(Boolean).join('/');
      state.found({ name: whole, bytes: new Uint8Array(), kind: 'unknown', text: undefined, why });
    },
  };
  let text: string | undefined;
  let why: string | undefined;
  try {
    if (kind === 'pdf') ({ text, more: why } = await pdfText(part.bytes));
    else text = await READERS[kind](part.bytes, { inside, fileName, path: part.name === '' ? state.path : undefined });
    if (text !== undefined && text.length > state.budget.limits.text) {
      text = text.slice(0, state.budget.limits.text);
      why = `its text is too long; read to character ${state.budget.limits.text}`;
    }
  } catch (error) {
    if (error instanceof Exhausted) throw error;
    why = error instanceof Unreadable ? error.message : `damaged, or not what it seems to be (${kind})`;
  }
  await state.found({ ...part, kind, text, why });
}

interface Where {
  inside: Inside;
  fileName: string;
  path: string | undefined;
}

type Reader = (bytes: Uint8Array, where: Where) => Promise<string | undefined> | string | undefined;

const refuse = (why: string): Reader => {
  return () => {
    throw new Unreadable(why);
  };
};
const container: Reader = async (bytes, { inside, fileName }) => void (await unpack(bytes, fileName, inside));
const external: Reader = async (_, { inside, path }) => void (await externalParts(path, inside));
const office: Reader = (bytes, { inside }) => officeParts(bytes, inside);

const READERS: Record<Exclude<Kind, 'pdf'>, Reader> = {
  docx: office,
  xlsx: office,
  pptx: office,
  odf: office,
  rtf: (bytes) => rtfText(bytes),
  html: (bytes) => htmlText(plainText(bytes)),
  mail: (bytes, { inside }) => mailParts(bytes, inside),
  text: (bytes) => plainText(bytes),
  image: (bytes) => imageText(bytes),
  zip: container,
  tar: container,
  gzip: container,
  '7z': external,
  old_office: refuse('an Office file in the old binary format'),
  encrypted_office: refuse('encrypted: it opens with a password alone'),
  empty: () => undefined,
  unknown: refuse('a format that is not known; compared by its bytes alone'),
};
