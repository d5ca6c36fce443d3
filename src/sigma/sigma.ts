/** The Sigma room: rules that others write for logs, checked, compiled and tried. */
export { type Backtest, type BacktestReport, backtest } from './backtest.ts';
export { type CheckReport, checkRules } from './check.ts';
export type { Problem } from './document.ts';
export { type Pipeline, readPipelines } from './pipeline.ts';
export { type RuleParts, ruleRoutes } from './routes.ts';
export { type TrialReport, type TrialResult, testRules } from './trial.ts';
export { ruleContents } from './workbench.ts';
