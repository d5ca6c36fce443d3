import type { Climate } from './climate.ts';
import type { Random } from './random.ts';
import type { Role } from './roles.ts';
import { PRIVATE_STORAGE } from './words.ts';

/**
 * A person's habits of carrying, printing, sending and wandering. They are heavy-tailed: most people do a thing hardly
 * ever and some do it every day, so a count alone says little about anybody.
 */
export type Temper = {
  /** Chance of using a removable medium on a working day; 0 for people who never do. */
  media: number;
  /** Multiplies the role's share of prints. */
  readonly print: number;
  /** Multiplies mail with outside counterparts. */
  readonly outward: number;
  /** Chance per day of putting something into a private cloud, and where. */
  readonly cloud: number;
  readonly hosts: readonly string[];
  /** Mails a day to the own private address, each with something attached. */
  readonly drafts: number;
  /** Chance per day of uploading to the portal of a project partner. */
  readonly portal: number;
  /** Chance per day of looking at job sites. */
  readonly jobs: number;
  /** Chance per day of coming back for a while in the evening. */
  readonly evening: number;
  /** Sign-ons a day at a machine of somebody else, and at a shared one. */
  readonly guest: number;
  readonly shared: number;
  /** Multiplies opens outside own projects and team. */
  readonly wander: number;
};

const heavy = (random: Random, median: number, spread: number): number => median * Math.exp(random.normal(0, spread));

export function drawTemper(role: Role, climate: Climate, random: Random): Temper {
  const some = (share: number, value: () => number): number => (random.chance(share) ? value() : 0);
  // Those who go from bench to bench, or to other people's desks, by their work.
  const roams = /Technician|Trials|ServiceDesk/.test(role.name);
  const hosts = [random.pick(PRIVATE_STORAGE)];
  if (random.chance(0.5)) hosts.push(random.pick(PRIVATE_STORAGE));
  return {
    media: some(Math.min(0.9, role.stick * climate.media + 0.16), () => Math.min(0.85, heavy(random, 0.11, 1.3))),
    print: heavy(random, 0.62, 0.95),
    outward: Math.min(3.5, heavy(random, 0.72, 0.8)),
    cloud: some(climate.cloud, () => Math.min(0.4, heavy(random, 0.06, 0.9))),
    hosts,
    drafts: some(climate.drafts, () => Math.min(0.6, heavy(random, 0.11, 0.9))),
    portal: some(climate.portal, () => Math.min(0.09, heavy(random, 0.017, 0.65))),
    jobs: some(climate.jobs, () => Math.min(0.3, heavy(random, 0.07, 0.5))),
    evening: Math.min(0.5, heavy(random, 0.05, 1) * climate.evenings),
    guest: some(0.5, () => Math.min(0.25, heavy(random, roams ? 0.12 : 0.02, 0.8) * climate.guests)),
    shared: roams ? Math.min(0.5, heavy(random, 0.23, 0.5)) : some(0.35, () => heavy(random, 0.01, 0.8)),
    wander: heavy(random, 0.75, 0.8) * climate.wandering,
  };
}
