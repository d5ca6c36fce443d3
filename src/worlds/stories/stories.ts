import type { Play } from '../acts.ts';
import type { Casting } from '../cast.ts';
import type { Random } from '../random.ts';
import { administrator } from './administrator.ts';
import { clerk } from './clerk.ts';
import { translator } from './translator.ts';

type Story = { readonly letter: string; readonly cast: (casting: Casting, random: Random) => Play | undefined };

/** A, B and C are what the product exists for and come first, so that they find their people even in a small organisation. */
const STORIES: readonly Story[] = [
  { letter: 'A', cast: administrator },
  { letter: 'B', cast: translator },
  { letter: 'C', cast: clerk },
];

export const SCENARIOS: readonly string[] = STORIES.map((story) => story.letter);

/** Casts the chosen stories: about one of each kind for 300 people, the first three always. */
export function castStories(casting: Casting, chosen: readonly string[]): Play[] {
  const people = casting.world.organisation.people.length;
  const plays: Play[] = [];
  for (let round = 0; round < Math.max(1, Math.round(people / 300)); round++) {
    for (const story of STORIES) {
      if (!chosen.includes(story.letter)) continue;
      const play = story.cast(casting, casting.stream(`story ${story.letter}`, round));
      if (play) plays.push(play);
    }
  }
  return plays;
}
