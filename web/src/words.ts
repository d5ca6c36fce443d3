import { IntlMessageFormat } from 'intl-messageformat';
import en from '../../content/words/en.json';
import chinese from '../../content/words/zh-CN.json';
import type { Language, Text } from './api.ts';
import { setting } from './setting.ts';

export type WordKey = keyof typeof en;
export const LANGUAGES = ['en', 'zh-CN'] as const;

const DICTIONARIES: Record<Language, Record<string, string>> = { en, 'zh-CN': chinese };
/** English text with day-month order and a 24-hour clock, as logs are read. */
const LOCALES: Record<Language, string> = { en: 'en-GB', 'zh-CN': 'zh-CN' };

export const language = setting<Language>(
  'language',
  LANGUAGES,
  () => (navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'),
  (value) => {
    document.documentElement.lang = value;
  },
);

type Values = Record<string, string | number>;

export interface Words {
  language: Language;
  /** The message of a key. */
  t(key: WordKey, values?: Values): string;
  /** The message of a key put together from data, or the data itself when content has no word for it yet. */
  name(group: string, value: string): string;
  pick(text: Text): string;
  number(value: number): string;
  /** At most one decimal. */
  decimal(value: number): string;
  /** Always one decimal, so that a column of them lines up. */
  bits(value: number): string;
  /** 0 to 1 as a percentage. */
  percent(share: number): string;
  day(day: string): string;
  /** Without the year, for places where it is clear. */
  shortDay(day: string): string;
  dayRange(from: string, to: string): string;
  /** Without the year. */
  shortRange(from: string, to: string): string;
  /** Wall clock of the head office: `2026-03-04 17:20:11`. */
  time(time: string): string;
  list(items: string[]): string;
}

function wordsOf(of: Language): Words {
  const locale = LOCALES[of];
  const dictionary = DICTIONARIES[of];
  const formats = new Map<string, IntlMessageFormat>();
  const message = (key: string, values?: Values): string | undefined => {
    const source = dictionary[key];
    if (source === undefined) return undefined;
    let format = formats.get(key);
    if (format === undefined) {
      format = new IntlMessageFormat(source, locale);
      formats.set(key, format);
    }
    return String(format.format(values));
  };
  // Days carry no zone. Reading and writing them as UTC keeps them the day they are.
  const dated = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    return (day: string) => {
      const date = new Date(`${day.slice(0, 10)}T00:00:00Z`);
      return Number.isNaN(date.getTime()) ? day : format.format(date);
    };
  };
  const ranged = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    return (from: string, to: string) => {
      const [start, end] = [from, to].map((day) => new Date(`${day.slice(0, 10)}T00:00:00Z`)) as [Date, Date];
      const unclear = Number.isNaN(start.getTime()) || Number.isNaN(end.getTime());
      return unclear ? `${from} – ${to}` : format.formatRange(start, end);
    };
  };
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const bits = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const day = dated({ day: 'numeric', month: 'short', year: 'numeric' });
  const shortDay = dated({ day: 'numeric', month: 'short' });
  const longRange = ranged({ day: 'numeric', month: 'short', year: 'numeric' });
  const shortRange = ranged({ day: 'numeric', month: 'short' });
  // Intl writes Chinese ranges as bare figures with slashes: the two days are written out instead, the year once.
  const joined = (from: string, to: string, first: (day: string) => string) => {
    if (from.slice(0, 10) === to.slice(0, 10)) return first(from);
    const last = from.slice(0, 4) === to.slice(0, 4) ? shortDay(to) : first(to);
    return message('range', { from: first(from), to: last }) ?? '';
  };
  return {
    language: of,
    t: (key, values) => message(key, values) ?? key,
    name: (group, value) => message(`${group}.${value.toLowerCase().replace(/[^a-z0-9-]+/g, '_')}`) ?? value,
    pick: (text) => text[of] ?? text.en,
    number: (value) => whole.format(value),
    decimal: (value) => decimal.format(value),
    bits: (value) => bits.format(value),
    percent: (share) => percent.format(share),
    day,
    shortDay,
    dayRange: (from, to) => (of === 'en' ? longRange(from, to) : joined(from, to, day)),
    shortRange: (from, to) => (of === 'en' ? shortRange(from, to) : joined(from, to, shortDay)),
    time: (time) => `${day(time)} ${time.slice(11, 19)}`.trim(),
    list: (items) => list.format(items),
  };
}

const made = new Map<Language, Words>();

/** The words of the chosen language; the component follows the switch. */
export function useWords(): Words {
  return wordsIn(language.use());
}

/** The words of a language, whichever is chosen: for what goes to somebody who reads that one. */
export function wordsIn(of: Language): Words {
  let words = made.get(of);
  if (words === undefined) {
    words = wordsOf(of);
    made.set(of, words);
  }
  return words;
}
