/** What passes between the process that reads files and the one that asks it to. */
import type { Fingerprints } from '../fingerprint.ts';
import type { Kind } from './kind.ts';

export interface Task {
  readonly id: number;
  /** Where the file lies. */
  readonly path: string;
}

/** One part of a file; of an archive there are many, and the archive itself is one of them. */
export interface PartReport {
  /** '' for the file itself, else the names on the way to the part, joined by '/'. */
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: number;
  /** Of the bytes, hexadecimal; '' where there are none. */
  readonly sha256: string;
  /** Why it, or some of it, could not be read. */
  readonly why: string | undefined;
  readonly fingerprints?: Fingerprints;
}

export interface FileReport {
  readonly id: number;
  readonly parts: PartReport[];
}
