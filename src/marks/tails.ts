/** What copied text still shows: the blanks at the ends of its paragraphs. */
import { type Observation, paragraphAnchor } from './text.ts';

export async function observeText(bytes: Uint8Array): Promise<Observation[]> {
  const lines = new TextDecoder('utf-8').decode(bytes).split(/\r?\n/);
  return lines.flatMap((line, number): Observation[] => {
    const anchor = paragraphAnchor(line);
    if (anchor === undefined) return [];
    return [{ channel: 'tail', anchor, value: /[ \u00a0]$/.test(line) ? 1 : 0, unit: 2 * number, eligible: false }];
  });
}
