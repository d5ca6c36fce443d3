/** The server's contract, in one place: what it answers and how the console asks. Days are YYYY-MM-DD. */

export type Language = 'en' | 'zh-CN';
/** Text that content provides, in every language of the console. */
export type Text = Record<Language, string>;
export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];
export const DOCUMENT_LEVELS = ['unknown', 'public', 'internal', 'confidential', 'secret', 'top_secret'] as const;
export type DocumentLevel = (typeof DOCUMENT_LEVELS)[number];
export const ROLES = [
  ...(['analyst', 'reviewer', 'case_officer', 'approver', 'registrar', 'recipient'] as const),
  ...(['engineer', 'auditor', 'head_of_unit', 'employee'] as const),
] as const;
export type Role = (typeof ROLES)[number];
export const SORTS = ['-score', 'score', '-last_day', '-first_day', '-signals'] as const;
export type Sort = (typeof SORTS)[number];

export interface Session {
  account: { name: string; roles: Role[] };
  csrf_token: string;
}
export interface Overview {
  people: number;
  events: number;
  first_day: string;
  last_day: string;
  /** When rows were last taken in, ISO 8601 in UTC; empty before the first. */
  taken_in: string;
  leads_open?: number;
  synthetic: boolean;
}
export interface Reason {
  detection: string;
  title: Text;
  bits: number;
}
export interface Lead {
  id: string;
  subject: string;
  score: number;
  level: Level;
  first_day: string;
  last_day: string;
  signals: number;
  stages: string[];
  top: Reason[];
  /** Score by day, 28 days, oldest first. */
  trend: number[];
  status?: LeadStatus;
  /** It was dismissed or watched, and came back. */
  returned?: boolean;
  triage?: { decision: string; reason: string; until: string | null; queue: string | null; at: string } | null;
}
export const STATUSES = ['open', 'watched', 'dismissed', 'handed_over', 'case'] as const;
export type LeadStatus = (typeof STATUSES)[number];
export interface Contribution extends Reason {
  stage: string;
  /** Part of the sum of bits, 0 to 1. */
  share: number;
  days: number;
}
export interface Signal {
  id: string;
  day: string;
  detection: string;
  title: Text;
  stage: string;
  bits: number;
  value: number;
  unit: Text;
  /** Days that the value is counted over; 1 where it is missing. */
  span?: number;
  expected: { own_median: number; own_days: number; peer_median: number; peer_p95: number; peers: number };
  evidence_count: number;
  /** A declared contact explains it: it counts for nothing. */
  declared?: boolean;
  innocent: Text[];
  refute: Text[];
}
export interface Missing {
  source: string;
  from: string;
  to: string;
  /** Part of the expected rows that is missing, 0 to 1. */
  share: number;
}
export interface LeadStory extends Omit<Lead, 'signals'> {
  contributions: Contribution[];
  signals: Signal[];
  missing: Missing[];
}
export interface Person {
  subject: string;
  role: string;
  clearance: DocumentLevel | '';
  projects: number;
  notice_given: string;
  away: { from: string; to: string }[];
  contacts: string[];
  lead_id: string;
  first_day: string;
  last_day: string;
  score_days: { day: string; score: number }[];
}
export interface MeasureDay {
  day: string;
  value: number;
  own_low: number;
  own_median: number;
  own_high: number;
  peer_low: number;
  peer_median: number;
  peer_high: number;
  signal: boolean;
}
export interface Measures {
  detection: string;
  title: Text;
  unit: Text;
  days: MeasureDay[];
}
export interface ActivityPoint {
  time: string;
  class: string;
  activity: string;
  document_level: DocumentLevel;
  signal: boolean;
}
export interface Activity {
  truncated: boolean;
  points: ActivityPoint[];
}
export interface EventRow {
  uid: string;
  time: string;
  class: string;
  activity: string;
  device: string;
  target: string;
  /** The document that is known to be in the file; empty for others. */
  tied_to: string;
  document_level: DocumentLevel;
  destination: string;
  log: string;
  line: number;
  raw: string;
}
export interface Detection {
  id: string;
  title: Text;
  description: Text;
  stage: string;
  unit: Text;
  innocent: Text[];
  refute: Text[];
}
export interface SourceDay {
  day: string;
  events: number;
  expected: number;
  gap: boolean;
}
export interface SourceGap {
  from: string;
  to: string;
  hours: number;
  share: number;
  devices: string;
}
export interface Source {
  name: string;
  first_day: string;
  last_day: string;
  events: number;
  duplicates: number;
  quarantined: number;
  days: SourceDay[];
  gaps: SourceGap[];
}
export interface QuarantineRow {
  source: string;
  file: string;
  line: number;
  reason: string;
  raw: string;
}

/** A refusal by the server (problem+json), or `unreachable` when there was no answer at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;

  constructor(status: number, code: string, title: string, detail: string) {
    super(title);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** Set from the session, sent with every unsafe request. It lives in memory only. */
let csrfToken = '';
export const rememberCsrfToken = (token: string) => {
  csrfToken = token;
};
export const csrfTokenOf = (): string => csrfToken;

/** Set by the client: asks whoever sits here to prove it. False if they would rather not. */
let proveAnew = async (): Promise<boolean> => false;
export const whenProofIsNeeded = (act: () => Promise<boolean>) => {
  proveAnew = act;
};

type Query = Record<string, string | number | undefined>;

/** Leaves out what is not set, so that addresses stay short and cache keys equal. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

interface AskOptions {
  query?: Query;
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal;
}

/** Asks the server. What needs a fresh proof is asked again once the proof was given. */
export async function ask<Answer>(path: string, options: AskOptions = {}): Promise<Answer> {
  try {
    return await askOnce<Answer>(path, options);
  } catch (error) {
    const isAsked = error instanceof Problem && error.code === 'step-up-required';
    if (!isAsked || !(await proveAnew())) throw error;
    return await askOnce<Answer>(path, options);
  }
}

async function askOnce<Answer>(path: string, options: AskOptions): Promise<Answer> {
  const method = options.method ?? 'GET';
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrfToken !== '') headers['X-CSRF-Token'] = csrfToken;
  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      // What was decided is sent even when the page is left at that moment.
      keepalive: method !== 'GET' && JSON.stringify(options.body ?? '').length < 60_000,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, 'unreachable', 'unreachable', '');
  }
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer);
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as { code?: string; title?: string; detail?: string };
  return new Problem(response.status, body.code ?? 'defect', body.title ?? response.statusText, body.detail ?? '');
}
