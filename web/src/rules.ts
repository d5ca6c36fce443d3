/** Rules: the server's contract, and how the console asks. Days are YYYY-MM-DD. */
import { queryOptions } from '@tanstack/react-query';
import { ask } from './api.ts';

export interface RuleFile {
  origin: 'shipped' | 'own';
  file: string;
  sha256: string;
  rules: { title: string; level: string; status: string; kind: string; logsource: string }[];
  problems: number;
  backtest: { ran_at: string; from: string; to: string; days_with_logs: number; days_with_hits: number } | null;
}
export interface Check {
  total: number;
  compiled: number;
  problems: { line: number; column: number; message: string }[];
}
export interface TestResult {
  rule: string;
  test: string;
  line: number;
  why: string;
  outcome: 'passed' | 'failed' | 'unmapped' | 'unread';
}
/** `hits` is null where there are some, of fewer than `least` people. */
export interface BacktestDay {
  day: string;
  events: number;
  hits: number | null;
}
export interface BacktestOf {
  rule: string;
  logs: string[];
  from: string;
  to: string;
  days: BacktestDay[];
  missing: string[];
}

export const ruleFilesQuery = queryOptions({
  queryKey: ['rules'],
  queryFn: ({ signal }) => ask<{ files: RuleFile[] }>('/api/rules', { signal }),
});

export const ruleTextQuery = (origin: string, file: string) =>
  queryOptions({
    queryKey: ['rules', 'text', origin, file],
    queryFn: ({ signal }) => ask<{ text: string }>('/api/rules/text', { query: { origin, file }, signal }),
  });

/** What is wrong with a text; the last answer stays until the next one is there. */
export const ruleCheckQuery = (text: string) =>
  queryOptions({
    queryKey: ['rules', 'check', text],
    gcTime: 0,
    queryFn: ({ signal }) => ask<Check>('/api/rules/check', { method: 'POST', body: { text }, signal }),
  });

export const runTests = (text: string) =>
  ask<{ results: TestResult[] }>('/api/rules/test', { method: 'POST', body: { text } });
export const runBacktest = (text: string, days: number) =>
  ask<{ least: number; rules: BacktestOf[] }>('/api/rules/backtest', { method: 'POST', body: { text, days } });
