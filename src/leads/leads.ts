/** The leads room: signals of one person, kept together, ranked and explained. */
export { type Alert, type ReplayOptions, refreshLeads, replay } from './jobs.ts';
export { LEAD_LEVELS, type LeadLevel, leadLevel } from './lead.ts';
export { leadRoutes } from './routes.ts';
export { countLeads, type LeadRow, SORTS, selectLeads } from './store.ts';
