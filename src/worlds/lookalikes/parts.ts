import { type Actor, openPaper, type Play } from '../acts.ts';
import { ownDocuments } from '../choice.ts';
import { clearanceOf } from '../organisation.ts';
import type { Presence } from '../presence.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';

/** Two plays of one person as one. */
export const both = (one: Play, other: Play): Play => ({
  live() {
    one.live();
    other.live();
  },
});

/** A moment with an hour of the day left. */
export const soon = (presence: Presence, random: Random): number =>
  random.between(presence.from + 120, Math.max(presence.from + 130, presence.to - 3600));

/** Own documents up to the person's clearance. */
export const permitted = (actor: Actor, count: number): Document[] =>
  ownDocuments(actor, count, clearanceOf(actor.person, actor.world.day));

/** Reads own documents one after the other. */
export function ownReading(actor: Actor, presence: Presence, count: number): void {
  let second = soon(presence, actor.random);
  for (const document of permitted(actor, count)) {
    openPaper(actor, second, document);
    second = Math.min(presence.to - 10, second + actor.random.between(30, 500));
  }
}
