import type { Play } from '../acts.ts';
import type { Casting } from '../cast.ts';

/** Casts innocent people whose activity resembles a story. */
export function castLookalikes(_casting: Casting): Play[] {
  return [];
}
