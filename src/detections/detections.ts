/** The detections room: events of a day become observations, measures, signals and standings. */
export { COUNTED, DECLARED_DAYS, FRESH, GAINS } from './declared.ts';
export { type ComputeOptions, computeDays, type DayProgress, learnFrom } from './jobs.ts';
export { type Rule, rules, STAGES, type Text } from './rule.ts';
export { computedDays, computeStandings, firstDay, lastDay, SCORE_OF, TOGETHER } from './store.ts';
export { TUNING } from './tuning.ts';
