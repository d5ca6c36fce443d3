/** The evaluation room: what the detections find in worlds whose truth is known, beside simpler ways of looking. */
export { readAlerts } from './alerts.ts';
export { type Answers, readAnswers } from './answers.ts';
export { type Evaluation, evaluate } from './evaluate.ts';
export { checkDetections, tryAlerts, tryWorld } from './jobs.ts';
export { evaluationJson } from './json.ts';
export { evaluationPage } from './page.ts';
export { evaluationText } from './text.ts';
export type { TriedWorld } from './trial.ts';
