import type { Mark } from './answers.ts';

/** A line is shorter than this: an account, a path, a few addresses and words. */
const LONGEST_LINE = 16_384;

/**
 * The rows of one log on one day, as bytes: a large organisation has hundreds of thousands of them a day, which as
 * strings would cost the garbage collector more time than everything else. A page is used again for the next day.
 */
export class Page {
  bytes = Buffer.allocUnsafe(1 << 16);
  /** Where row i begins; entry `count` is where the next one would. */
  starts = new Uint32Array(1024);
  /** The true second of the day, and the last digit of the computer's name. */
  seconds = new Uint32Array(1024);
  digits = new Uint8Array(1024);
  readonly marks = new Map<number, { id: string; user: string; mark: Mark }>();
  count = 0;

  clear(): void {
    this.count = 0;
    this.marks.clear();
  }

  /** Adds a line (ASCII, without the line end). */
  add(line: string, second: number, pc: string): void {
    if (line.length > LONGEST_LINE) throw new RangeError('a log row is too long');
    const at = this.starts[this.count]!;
    if (at + line.length + 1 > this.bytes.length)
      this.bytes = Buffer.concat([this.bytes, Buffer.allocUnsafe(this.bytes.length)]);
    if (this.count + 2 > this.seconds.length) this.grow();
    const end = at + this.bytes.write(line, at, 'latin1');
    this.bytes[end] = 10;
    this.seconds[this.count] = second;
    this.digits[this.count] = pc.charCodeAt(pc.length - 1) - 48;
    this.starts[++this.count] = end + 1;
  }

  private grow(): void {
    const size = this.seconds.length * 2;
    const [starts, seconds, digits] = [new Uint32Array(size), new Uint32Array(size), new Uint8Array(size)];
    starts.set(this.starts);
    seconds.set(this.seconds);
    digits.set(this.digits);
    [this.starts, this.seconds, this.digits] = [starts, seconds, digits];
  }
}
