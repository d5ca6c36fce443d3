import type { Evaluation } from './evaluate.ts';
export function evaluationPage(_: Evaluation): string {
  return '';
}
