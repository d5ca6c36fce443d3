import en from '../../content/portal/en.json';
import chinese from '../../content/portal/zh-CN.json';
import type { Language } from '../../src/reports/protocol/protocol.ts';

export type Key = keyof typeof en;

const TEXTS: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { en, 'zh-CN': chinese };

/** The text of a key in a language, with `{name}` replaced by a value. */
export type Translate = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

export function translator(language: Language): Translate {
  return (key, values = {}) =>
    TEXTS[language][key].replaceAll(/\{(\w+)\}/g, (found, name: string) => String(values[name] ?? found));
}

/** The language to begin with. It is asked of the browser and kept nowhere. */
export function preferredLanguage(preferred: readonly string[]): Language {
  const first = preferred.find((tag) => /^(en|zh)\b/i.test(tag));
  return first?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
