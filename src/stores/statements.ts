import { readFileSync } from 'node:fs';

/** A reader of a room's statements: `statements(import.meta.url)('scores')` is the text of sql/scores.sql beside the module. */
export function statements(module: string): (name: string) => string {
  const folder = new URL('./sql/', module);
  return (name) => readFileSync(new URL(`${name}.sql`, folder), 'utf8');
}
