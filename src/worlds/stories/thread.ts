import { type Actor, chat, mailIn, mailOut } from '../acts.ts';
import { publicDocuments } from '../choice.ts';
import type { Presence } from '../presence.ts';
import type { Random } from '../random.ts';
import { NAME_ENDS, NAME_STARTS, SUBJECTS } from '../words.ts';
import type { World } from '../world.ts';

/** An outside address nobody has written to before, mostly at a place from which others have had mail. */
export function strangersAddress(world: World, random: Random): string {
  const { outsiders } = world.organisation;
  const name = `${random.pick(NAME_STARTS)[0]}.${random.pick(NAME_STARTS)}${random.pick(NAME_ENDS)}${random.pick(NAME_ENDS)}`;
  return `${name.toLowerCase()}@${random.pick(outsiders).split('@')[1]}`;
}

/**
 * One exchange of a friendly thread: a mail comes in, and mostly an answer goes out the same day, some with public papers.
 * Returns the second of the last mail.
 */
export function exchange(
  actor: Actor,
  presence: Presence,
  stranger: string,
  stage: 'contact' | 'tasking',
  papers: number,
): number {
  const { random } = actor;
  const last = presence.to - 120;
  const second = random.between(presence.from + 60, Math.max(presence.from + 70, last - 5400));
  mailIn(actor, second, stranger, chat(random, random.chance(0.5) ? random.pick(SUBJECTS) : ''), stage);
  if (!random.chance(0.8)) return second;
  const answer = Math.min(last, second + 300 + random.exponential(3200));
  const attached = stage === 'contact' && random.chance(papers) ? publicDocuments(actor, random.between(1, 3)) : [];
  mailOut(actor, answer, stranger, attached, undefined, stage);
  return answer;
}
