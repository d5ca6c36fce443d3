import type { Evaluation } from './evaluate.ts';

/** An evaluation as JSON for programs; names are written like_this, as in the API. */
export function evaluationJson(evaluation: Evaluation): string {
  return `${JSON.stringify(renamed(evaluation), undefined, 1)}\n`;
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      // Keys that are data, such as the letter of a scenario, have no small letter before a capital one.
      name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      renamed(inner),
    ]),
  );
}
