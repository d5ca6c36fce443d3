import { type Actor, openPaper, type Play } from '../acts.ts';
import type { Document } from '../register.ts';
import { sitDown, type Tastes } from '../sitting.ts';
import type { Rhythm } from './pacing.ts';
import type { Way } from './ways.ts';

/** A case in which the same person looks for documents and takes them out. Days are simulated days. */
export type Taking = {
  readonly first: number;
  readonly last: number;
  readonly rhythm: Rhythm;
  readonly tastes: Tastes;
  /** Documents a sitting, on average. */
  readonly mean: number;
  readonly choose: (count: number) => Document[];
  readonly way: Way;
  /** Share of what is opened that is taken, and of what is taken that was not opened just before. */
  readonly keeps: number;
  readonly blind: number;
  /** Chance that a sitting ends with taking out. */
  readonly ends: number;
  /** Whether the case goes on abroad. */
  readonly travelling?: boolean;
};

/** Sittings of opening, and after minutes or an hour of taking out. */
export function taking(actor: Actor, plan: Taking): Play {
  const { world, person, random } = actor;
  const taken = new Set<Document>();
  let next = plan.first;
  let kept: Document[] = [];

  return {
    live() {
      if (world.day < next || world.day > plan.last) return;
      const presence = world.presence[person.index]!;
      if (presence.away && !plan.travelling) return;
      const progress = (world.day - plan.first) / Math.max(1, plan.last - plan.first);
      const count = plan.rhythm.size(progress, plan.mean);
      const sitting = sitDown(actor, plan.tastes, count * 110 + 1500);
      if (!sitting) return;
      const wanted = plan.choose(count).filter((document) => !taken.has(document));
      let second = sitting.start;
      for (const document of wanted) {
        if (second > sitting.end) break;
        const unseen = random.chance(plan.blind);
        if (!unseen) {
          openPaper(sitting.actor, second, document);
          second += random.between(5, random.chance(0.2) ? 420 : 150);
        }
        if (unseen || random.chance(plan.keeps)) kept.push(document);
      }
      if (kept.length > 0 && (random.chance(plan.ends) || kept.length > plan.mean * 3)) {
        const pause = Math.min(random.between(90, 400) + random.exponential(1100), Math.max(90, sitting.end - second));
        for (const document of kept) taken.add(document);
        second = plan.way.out(sitting.actor, Math.min(85_000, second + pause), kept);
        kept = [];
      }
      if (sitting.actor.pc === presence.pc && sitting.start > presence.from)
        presence.to = Math.max(presence.to, Math.min(86_000, second + 60));
      sitting.close(second);
      next = world.day + plan.rhythm.gap(progress);
    },
  };
}
