/** Where every glyph of a PDF page stands: pdf.js decodes fonts and operators, this follows the text's position. */
import type { PDFPageProxy } from 'pdfjs-dist';

export interface Placed {
  /** Number of the operator that shows it, among those of the page's own content; -1 inside a form. */
  readonly show: number;
  /** Its number within what that operator shows. */
  readonly index: number;
  readonly text: string;
  readonly isSpace: boolean;
  /** In units of the page: left and right edge, baseline, and height of the font. */
  readonly left: number;
  readonly right: number;
  readonly base: number;
  readonly size: number;
}

export interface Layout {
  readonly placed: readonly Placed[];
  /** Glyphs that each operator of the page's own content shows. */
  readonly counts: readonly number[];
}

type Matrix = readonly [number, number, number, number, number, number];
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

const multiply = (m: Matrix, n: Matrix): Matrix => [
  m[0] * n[0] + m[2] * n[1],
  m[1] * n[0] + m[3] * n[1],
  m[0] * n[2] + m[2] * n[3],
  m[1] * n[2] + m[3] * n[3],
  m[0] * n[4] + m[2] * n[5] + m[4],
  m[1] * n[4] + m[3] * n[5] + m[5],
];

interface State {
  matrix: Matrix;
  size: number;
  letter: number;
  word: number;
  scale: number;
  leading: number;
  rise: number;
}

interface Glyph {
  readonly unicode: string;
  readonly width: number;
  readonly isSpace: boolean;
}

type Operators = Record<string, number>;

/** Text that runs from left to right, without turned pages and lines. `names`: pdf.js's numbers of operators. */
export async function layoutOf(page: PDFPageProxy, names: Operators): Promise<Layout> {
  const { fnArray, argsArray } = await page.getOperatorList();
  const placed: Placed[] = [];
  const counts: number[] = [];
  let state: State = { matrix: IDENTITY, size: 0, letter: 0, word: 0, scale: 1, leading: 0, rise: 0 };
  const saved: State[] = [];
  let [text, line]: Matrix[] = [IDENTITY, IDENTITY];
  let forms = 0;
  const move = (x: number, y: number) => {
    line = multiply(line!, [1, 0, 0, 1, x, y]);
    text = line;
  };
  const restore = () => {
    state = saved.pop() ?? state;
  };
  const show = (glyphs: readonly (Glyph | number | null)[]) => {
    const number = forms === 0 ? counts.length : -1;
    let index = 0;
    for (const glyph of glyphs) {
      if (typeof glyph === 'number') {
        text = multiply(text!, [1, 0, 0, 1, (-glyph / 1000) * state.size * state.scale, 0]);
        continue;
      }
      if (glyph === null) continue;
      const bare = (glyph.width / 1000) * state.size * state.scale;
      const whole = multiply(state.matrix, text!);
      const isLevel = Math.abs(whole[1]) < 1e-3 * Math.abs(whole[0]) && whole[0] > 0 && whole[3] !== 0;
      const left = whole[4] + whole[2] * state.rise;
      if (isLevel)
        placed.push({
          ...{ show: number, index, text: glyph.unicode, isSpace: glyph.isSpace || glyph.unicode.trim() === '' },
          ...{ left, right: left + bare * whole[0], base: whole[5] + whole[3] * state.rise },
          size: Math.abs(state.size * whole[3]),
        });
      index += 1;
      const advance = bare + (state.letter + (glyph.isSpace ? state.word : 0)) * state.scale;
      text = multiply(text!, [1, 0, 0, 1, advance, 0]);
    }
    if (forms === 0) counts.push(index);
  };
  const steps: Record<string, (args: never) => void> = {
    save: () => saved.push({ ...state }),
    restore,
    transform: (args: number[]) => {
      state.matrix = multiply(state.matrix, args as unknown as Matrix);
    },
    beginText: () => {
      text = IDENTITY;
      line = IDENTITY;
    },
    setCharSpacing: ([value]: number[]) => {
      state.letter = value!;
    },
    setWordSpacing: ([value]: number[]) => {
      state.word = value!;
    },
    setHScale: ([value]: number[]) => {
      state.scale = value! / 100;
    },
    setLeading: ([value]: number[]) => {
      state.leading = value!;
    },
    setTextRise: ([value]: number[]) => {
      state.rise = value!;
    },
    setFont: ([, size]: [string, number]) => {
      state.size = size;
    },
    moveText: ([x, y]: number[]) => move(x!, y!),
    setLeadingMoveText: ([x, y]: number[]) => {
      state.leading = -y!;
      move(x!, y!);
    },
    // pdf.js gives the six numbers as one list.
    setTextMatrix: (args: unknown[]) => {
      const values = (args.length === 6 ? args : Object.values(args[0] as object)) as number[];
      line = values as unknown as Matrix;
      text = line;
    },
    nextLine: () => move(0, -state.leading),
    showText: ([glyphs]: [(Glyph | number | null)[]]) => show(glyphs),
    paintFormXObjectBegin: ([matrix]: [number[] | null]) => {
      forms += 1;
      saved.push({ ...state });
      if (matrix) state.matrix = multiply(state.matrix, Object.values(matrix) as unknown as Matrix);
    },
    paintFormXObjectEnd: () => {
      forms -= 1;
      restore();
    },
  };
  const byNumber = new Map(Object.entries(steps).map(([name, step]) => [names[name]!, step]));
  for (const [at, operator] of fnArray.entries()) byNumber.get(operator)?.(argsArray[at] as never);
  return { placed, counts };
}
