/**
 * Why the protocol refuses something. The same codes reach a page, which has words for each, and the command line.
 * - words: the words are not twelve of the list, or their checksum is wrong
 * - passphrase: a key file does not open with it, or is none
 * - manifest: not signed by the root key, or not a manifest
 * - not-for-us: no key of ours opens it; also what a damaged header looks like
 * - damaged: truncated, altered, or not in the form of this protocol
 * - signature: the signature does not belong to the message
 * - too-large: more than a message can carry
 * - proof: a leaf is not in the tree it is said to be in
 * - connection: the server could not be reached for a while; what was begun can go on
 * - lost: the server no longer knows the upload; nothing has been sent, begin anew
 * - busy, full: too much is arriving, or there is no room; nothing has been sent
 * - server: the server refused for another reason
 */
export type RefusalCode =
  | 'words'
  | 'passphrase'
  | 'manifest'
  | 'not-for-us'
  | 'damaged'
  | 'signature'
  | 'too-large'
  | 'proof'
  | 'connection'
  | 'lost'
  | 'busy'
  | 'full'
  | 'server';

/** An error of the protocol. Its message is constant text: it never quotes a report. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}
