/** The leads room: signals of one person, kept together, ranked and explained. */
export { Budget, type Candidate } from './budget.ts';
export { type CaseFact, type CaseFacts, figureRoutes } from './figures-routes.ts';
export { Gate } from './gate.ts';
export { type Alert, type AlertDay, alertDays, type ReplayOptions, refreshLeads, replay } from './jobs.ts';
export { LEAD_LEVELS, type LeadLevel, leadLevel } from './lead.ts';
export { leadRoutes } from './routes.ts';
export { Lead as LeadShape, leadOf, type Rules, Story as LeadStory } from './shapes.ts';
export { type Sight, sightOf, sightOfMachine } from './sight.ts';
export {
  alertsOn,
  countLeads,
  explainedSignals,
  insertExplained,
  insertTriage,
  type LeadState,
  leadById,
  SORTS,
  selectLeads,
  selectTriage,
  type Viewer,
} from './store.ts';
export { signalsOf } from './story.ts';
export { LEDGERED as leadTables, type LeadRow, type TriageRow } from './tables.ts';
export { Behind, BehindQuery, eventsBehind, storyOfLead } from './telling.ts';
export {
  DECISIONS,
  type Decision,
  LEAD_STATUSES,
  type LeadStatus,
  NEWS_TO_RETURN,
  QUEUES,
  type Queue,
} from './triage.ts';
