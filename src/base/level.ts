/** Levels of documents and clearances: a number in the stores, a name outside. 0: not registered, level not known. */
export const LEVELS = ['unknown', 'public', 'internal', 'confidential', 'secret', 'top_secret'] as const;
export type Level = (typeof LEVELS)[number];

export const levelName = (level: number): Level => LEVELS[level] ?? 'unknown';

/** SQL of a level's number from a column of names; 255 for a word that is no level. */
export const levelSql = (column: string) =>
  `transform(${column}, [${LEVELS.map((level) => `'${level}'`).join(', ')}], [${LEVELS.map((_, i) => i).join(', ')}], 255)`;
