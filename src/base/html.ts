import { readFileSync } from 'node:fs';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe inside HTML and its attributes: names come from files that somebody else wrote. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);

/** The style of a page that is a file of its own, made for reading, printing and keeping. */
export const PAGE_STYLE = readFileSync(new URL('./page.css', import.meta.url), 'utf8');
