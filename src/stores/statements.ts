import { readFileSync } from 'node:fs';

/**
 * A reader of a room's statements: `statements(import.meta.url)('scores')` is the text of sql/scores.sql beside the module.
 * `snippets` are pieces that several statements share: $NAME in a text stands for the one of that name.
 */
export function statements(module: string, snippets: Record<string, string> = {}): (name: string) => string {
  const folder = new URL('./sql/', module);
  return (name) => {
    const text = readFileSync(new URL(`${name}.sql`, folder), 'utf8');
    return Object.entries(snippets).reduce((sql, [key, value]) => sql.replaceAll(`$${key}`, () => value), text);
  };
}
