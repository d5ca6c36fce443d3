/** The leads room: signals of one person, kept together, ranked and explained. */
export { Budget, type Candidate } from './budget.ts';
export { type CaseFact, type CaseFacts, figureRoutes } from './figures-routes.ts';
export { Gate } from './gate.ts';
export { type Alert, type AlertDay, alertDays, type ReplayOptions, refreshLeads, replay } from './jobs.ts';
export { LEAD_LEVELS, type LeadLevel, leadLevel } from './lead.ts';
export { leadRoutes } from './routes.ts';
export { type Sight, sightOf, sightOfMachine } from './sight.ts';
export { alertsOn, countLeads, type LeadRow, SORTS, selectLeads } from './store.ts';
