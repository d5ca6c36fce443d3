import { streamOf } from './random.ts';

/**
 * What differs from one organisation to the next. Drawn once from the seed, widely: a threshold that fits one
 * organisation must not fit the next.
 */
export type Climate = {
  /** Chance per person and day of an errand: a handful of papers of one neighbouring project. */
  readonly errands: number;
  /** Multiplies what people open outside their own projects and team. */
  readonly wandering: number;
  /** Share of that wandering that goes to the same few neighbours all month. */
  readonly loyalty: number;
  /** Multiplies the share of people who use removable media. */
  readonly media: number;
  /** Shares of people with a private cloud, with a habit of mailing drafts home, and who look at job sites. */
  readonly cloud: number;
  readonly drafts: number;
  readonly jobs: number;
  /** Share of people on projects who use their partner's portal. */
  readonly portal: number;
  /** Mean length of an assignment to a project, in days. */
  readonly assignment: number;
  /** Reorganisations a year: on one day people of a department change team and projects. */
  readonly reorganisations: number;
  /** Share of papers on the shares that nobody registered. */
  readonly unregistered: number;
  /** Multiplies evening returns, work at weekends, sign-ons at other machines. */
  readonly evenings: number;
  readonly weekends: number;
  readonly guests: number;
  /** Multiplies absences. */
  readonly absence: number;
  /** Days that begin hours earlier or later than usual, as a share. */
  readonly oddStarts: number;
  /** How much archive and registry read that they did not read before: the share of work on papers at hand. */
  readonly clerksReuse: number;
  /** Everybody else's share of work on papers at hand. */
  readonly reuse: number;
  /** Shift of the levels of documents: chance that a paper is one level lower than drawn. */
  readonly milder: number;
};

export function drawClimate(seed: number): Climate {
  const random = streamOf(seed, 'climate');
  const between = (low: number, high: number): number => low + (high - low) * random.next();
  return {
    errands: random.chance(0.5) ? between(0, 0.003) : between(0.003, 0.016),
    wandering: between(0.6, 1.25),
    loyalty: random.chance(0.5) ? between(0, 0.2) : between(0.2, 0.7),
    media: between(0.75, 1.35),
    cloud: between(0.06, 0.14),
    drafts: between(0.05, 0.15),
    jobs: between(0.03, 0.09),
    portal: between(0.25, 0.6),
    assignment: Math.exp(between(6.4, 8.8)),
    reorganisations: between(0.4, 3.4),
    unregistered: random.chance(0.5) ? 0 : between(0, 0.035),
    evenings: between(0.6, 1.4),
    weekends: between(0.7, 1.4),
    guests: between(0.6, 1.7),
    absence: between(0.45, 0.95),
    oddStarts: between(0.02, 0.08),
    clerksReuse: between(0.05, 0.4),
    reuse: between(0.54, 0.64),
    milder: between(0, 0.08),
  };
}
