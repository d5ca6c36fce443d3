/** Levels as tables name them. */

/**
 * SQL of a level's number from a column of names; 255 for a word that is no level. The words an organisation uses stand in
 * the table `level_words`; capitals, blanks and hyphens make no difference.
 */
export const levelSql = (column: string) => {
  const words = `SELECT word, level FROM level_words ORDER BY word`;
  const list = (name: string) => `(SELECT groupArray(${name}) FROM (${words}))`;
  const word = `replaceRegexpAll(lowerUTF8(trimBoth(${column})), '[ _-]+', '_')`;
  return `transform(${word}, ${list('word')}, ${list('level')}, 255)`;
};
