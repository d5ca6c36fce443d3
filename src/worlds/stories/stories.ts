import type { Play } from '../acts.ts';
import type { Casting } from '../cast.ts';
import { type Random, streamOf } from '../random.ts';
import { administrator } from './administrator.ts';
import { borrower } from './borrower.ts';
import { clerk } from './clerk.ts';
import { leaver } from './leaver.ts';
import { pair } from './pair.ts';
import { printer } from './printer.ts';
import { ramp } from './ramp.ts';
import { refuser } from './refuser.ts';
import { retyper } from './retyper.ts';
import { translator } from './translator.ts';

type Story = { readonly letter: string; readonly cast: (casting: Casting, random: Random) => Play | undefined };

/** A, B and C are what the product exists for and come first, so that they find their people even in a small organisation. */
const STORIES: readonly Story[] = [
  { letter: 'A', cast: administrator },
  { letter: 'B', cast: translator },
  { letter: 'C', cast: clerk },
  { letter: 'D', cast: borrower },
  { letter: 'E', cast: leaver },
  { letter: 'F', cast: ramp },
  { letter: 'G', cast: pair },
  { letter: 'H', cast: refuser },
  { letter: 'I', cast: printer },
  { letter: 'J', cast: retyper },
];
const COMPULSORY = 3;

export const SCENARIOS: readonly string[] = STORIES.map((story) => story.letter);

/**
 * Casts the chosen stories: about one of each kind for 300 people, the first three always. `named` means the letters
 * were asked for one by one; otherwise an organisation of under 150 people gets only some of the others.
 */
export function castStories(casting: Casting, chosen: readonly string[], named: boolean): Play[] {
  const people = casting.world.organisation.people.length;
  const room = named || people >= 150 ? STORIES.length : COMPULSORY + Math.floor(people / 40) - 1;
  const others = streamOf(casting.world.seed, 'stories').shuffle(STORIES.slice(COMPULSORY));
  const stories = [...STORIES.slice(0, COMPULSORY), ...others].slice(0, Math.max(COMPULSORY, room));
  const plays: Play[] = [];
  for (let round = 0; round < Math.max(1, Math.round(people / 300)); round++) {
    for (const story of stories) {
      if (!chosen.includes(story.letter)) continue;
      const play = story.cast(casting, casting.stream(`story ${story.letter}`, round));
      if (play) plays.push(play);
    }
  }
  return plays;
}
