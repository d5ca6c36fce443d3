/** Levels of documents and clearances: a number in the stores, a name outside. 0: not registered, level not known. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * What programs call the levels, whatever an organisation calls them: in the API, in JSON and CSV. The weights of detection
 * are made for these five; an organisation with fewer says which of them its own are.
 */
export const LEVELS = ['unknown', 'public', 'internal', 'confidential', 'secret', 'top_secret'] as const;
export type Level = (typeof LEVELS)[number];

export const levelName = (level: number): Level => LEVELS[level] ?? 'unknown';

/** A word as it is compared: capitals, blanks and hyphens make no difference. */
export const levelWord = (word: string): string =>
  word
    .trim()
    .toLowerCase()
    .replaceAll(/[ _-]+/g, '_');

const word = z.string().trim().min(1).max(60);
const OneLevel = z.strictObject({
  /** Which of the five it is: 1 is the lowest that has a name, 5 the highest. */
  level: z
    .int('Levels have the numbers 1 to 5.')
    .min(1, 'Levels have the numbers 1 to 5.')
    .max(5, 'Levels have the numbers 1 to 5.'),
  en: word,
  'zh-CN': word,
  /** Other words for it in tables. */
  also: z.array(word).max(50).default([]),
});
export type OwnLevel = z.output<typeof OneLevel>;

/** A whole scheme of levels, the lowest first. */
export const LevelScheme = z
  .array(OneLevel)
  .min(1, 'A scheme has between one and five levels.')
  .max(LEVELS.length - 1, 'Five levels at most are supported, numbered 1 to 5: let several names share one by `also`.')
  .refine((all) => new Set(all.map(({ level }) => level)).size === all.length, 'Two levels have the same number.')
  .refine((all) => wordsOf(all).size === all.flatMap(namesOf).length, 'Two levels share a word.')
  .transform((all) => all.toSorted((one, other) => one.level - other.level));

const namesOf = (one: OwnLevel) => [...new Set([one.en, one['zh-CN'], ...one.also].map(levelWord))];

/** Every word of a scheme, as levelWord writes it, with its level. */
export function wordsOf(scheme: readonly OwnLevel[]): Map<string, number> {
  return new Map(scheme.flatMap((one) => namesOf(one).map((name) => [name, one.level] as const)));
}

/** Public to top secret, in English and Chinese: what holds where the settings say nothing. */
export const DEFAULT_SCHEME: readonly OwnLevel[] = LevelScheme.parse(
  JSON.parse(readFileSync(new URL('../../content/levels.json', import.meta.url), 'utf8')),
);

/** What each level is called in a language; one that the organisation does not use is called as it is by default. */
export function levelNames(
  scheme: readonly OwnLevel[],
  language: 'en' | 'zh-CN',
): Record<Exclude<Level, 'unknown'>, string> {
  const names = LEVELS.slice(1).map((level, at) => {
    const of = (all: readonly OwnLevel[]) => all.find((one) => one.level === at + 1)?.[language];
    return [level, of(scheme) ?? of(DEFAULT_SCHEME)] as const;
  });
  return Object.fromEntries(names) as Record<Exclude<Level, 'unknown'>, string>;
}
