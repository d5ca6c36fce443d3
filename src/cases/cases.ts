/** The cases room: what is looked into, step by step, with a fair hearing. */
export { type Case, expires, FIRST_HYPOTHESIS, readCase, refusal, take, termsDue } from './case.ts';
export { type Done, OUTCOMES, type Outcome, type Step, StepShape, WITHOUT_BURDEN } from './step.ts';
