/** What the leads room keeps in casework. */
import type { Generated, Selectable } from 'kysely';
import type { LedgeredTable } from '../ledger/ledger.ts';
import type { Decision, Queue } from './triage.ts';

export interface LeadsTable {
  /** The pseudonym in the queue of whom it is about: there is one lead of a person. */
  id: string;
  /** A keyed hash of the account: what somebody must not see is left out by it. */
  person_mark: string;
  first_day: string;
  last_day: string;
  score: number;
  signals: number;
  stages: string[];
  detections: string[];
  top: [detection: string, bits: number][];
  trend: number[];
  as_of: string;
  /** Whether the directory says that he keeps networks, servers or databases. */
  administrator: boolean;
  /** In bits, on the day `as_of`. */
  evidence: number;
}

export interface LeadTriageTable {
  id: string;
  n: Generated<number>;
  lead: string;
  decision: Decision;
  reason: string;
  /** Of a watch: the last day, YYYY-MM-DD. */
  until: string | null;
  queue: Queue | null;
  /** What the lead's evidence was, in bits on the day `as_of`. */
  evidence: number;
  as_of: string;
  decided_by: string;
  decided_at: Date;
}

export interface ExplainedSignalsTable {
  id: string;
  lead: string;
  until: string;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    leads: LeadsTable;
    lead_triage: LeadTriageTable;
    explained_signals: ExplainedSignalsTable;
  }
}

export type LeadRow = Selectable<LeadsTable>;
export type TriageRow = Selectable<LeadTriageTable>;

/** What is decided about leads changes only through the program. */
export const LEDGERED: readonly LedgeredTable[] = [
  {
    table: 'lead_triage',
    key: ['id'],
    columns: ['id', 'lead', 'decision', 'reason', 'until', 'queue', 'evidence', 'as_of', 'decided_by', 'decided_at'],
    times: ['decided_at'],
  },
  { table: 'explained_signals', key: ['id'], columns: ['id', 'lead', 'until'] },
];
