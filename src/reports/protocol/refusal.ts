/**
 * Why the protocol refuses something. The same codes reach a page, which has words for each, and the command line.
 * - words: the words are not twelve of the list, or their checksum is wrong
 * - manifest: not signed by the root key, or not a manifest
 * - not-for-us: no key of ours opens it; also what a damaged header looks like
 * - damaged: truncated, altered, or not in the form of this protocol
 * - signature: the signature does not belong to the message
 * - too-large: more than a message can carry
 * - proof: a leaf is not in the tree it is said to be in
 */
export type RefusalCode = 'words' | 'manifest' | 'not-for-us' | 'damaged' | 'signature' | 'too-large' | 'proof';

/** An error of the protocol. Its message is constant text: it never quotes a report. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}
