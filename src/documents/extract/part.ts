/** What every reader here knows: parts with names, and the limits they are read within. */

/** Bytes with a name: a file, or a part of one. */
export interface Part {
  /** Names from the file inwards, joined by '/'; '' for the file itself. Shown only: nothing is ever written under it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A part could not be read: the message is what the user sees after "could not read". */
export class Unreadable extends Error {}

/** Bounds of one file and all that is inside it. */
export const LIMITS = {
  /** Archives in archives. */
  depth: 8,
  parts: 20_000,
  /** Of one part, unpacked. */
  partBytes: 128 * 1024 * 1024,
  /** Of all parts together, unpacked. */
  allBytes: 1024 * 1024 * 1024,
  /** UTF-16 units of one text. */
  text: 20_000_000,
};
export type Limits = typeof LIMITS;

/** What is left of the limits while a file is read. */
export class Budget {
  readonly limits: Limits;
  #parts = 0;
  #bytes = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Takes a part of so many unpacked bytes. Errors: Unreadable once there is nothing left. */
  take(bytes: number): void {
    this.#parts += 1;
    this.#bytes += bytes;
    if (this.#parts > this.limits.parts) throw new Exhausted(`more than ${this.limits.parts} parts inside`);
    if (this.#bytes > this.limits.allBytes)
      throw new Exhausted(`unpacks to more than ${Math.round(this.limits.allBytes / 1048576)} MB`);
  }
}

/** The whole file has used up its limits: what was found stays, the rest is given up. */
export class Exhausted extends Unreadable {}

/** Where a container reports what it holds: readable parts, and those that cannot be had. */
export interface Inside {
  readonly budget: Budget;
  part(part: Part): Promise<void>;
  trouble(name: string, why: string): void;
}
