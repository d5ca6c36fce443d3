/** The receipt: 128 random bits as twelve words of BIP-39, in English or in simplified Chinese. */

import { randomBytes } from '@noble/hashes/utils.js';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as chinese } from '@scure/bip39/wordlists/simplified-chinese.js';
import { Refusal } from './refusal.ts';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

const LISTS = { en: english, 'zh-CN': chinese };
const ENTROPY_BYTES = 16;

/** 16 random bytes from which everything else of a reporter follows. */
export function newEntropy(): Uint8Array {
  return randomBytes(ENTROPY_BYTES);
}

/** The twelve words that stand for 16 bytes; the same bytes have words in either language. */
export function wordsOf(entropy: Uint8Array, language: Language): string[] {
  return entropyToMnemonic(entropy, LISTS[language]).normalize('NFKD').split(/\s/);
}

/**
 * The 16 bytes behind twelve words as somebody typed them: capitals, commas and several blanks do not matter, and
 * Chinese characters need no blanks between them. Throws the refusal `words`; the checksum finds most misspellings.
 */
export function readWords(typed: string): Uint8Array {
  const text = typed.normalize('NFKD').toLowerCase();
  const isChinese = /\p{Script=Han}/u.test(text);
  const words = isChinese ? (text.match(/\p{Script=Han}/gu) ?? []) : (text.match(/[a-z]+/g) ?? []);
  try {
    if (words.length === 12) return mnemonicToEntropy(words.join(' '), LISTS[isChinese ? 'zh-CN' : 'en']);
  } catch {
    // Said below: the library's message would quote the words.
  }
  throw new Refusal('words', 'These are not the twelve words of a receipt.');
}
