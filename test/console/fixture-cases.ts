/** The fixture's cases: made up, in the shape of the API contract. Steps that are taken change what is answered. */
import { leadStory } from './fixture-data.ts';

const DAY = 86_400_000;
const at = (days: number, hour = 9) =>
  new Date(Math.floor(Date.now() / DAY) * DAY + days * DAY + hour * 3_600_000).toISOString();
const day = (days: number) => at(days).slice(0, 10);
const sha = (text: string) => text.repeat(64).slice(0, 64);

interface Step {
  n: number;
  kind: string;
  by: string;
  by_name: string;
  at: string;
  step: Record<string, unknown>;
}
const said = (kind: string, by: string, days: number, step: Record<string, unknown>): Omit<Step, 'n'> => ({
  ...{ kind, by: by.toUpperCase(), by_name: by, at: at(days), step },
});
const numbered = (steps: Omit<Step, 'n'>[]): Step[] => steps.map((step, index) => ({ n: index + 1, ...step }));

const OPENING = {
  reason: 'Papers of six projects within a week, most of them opened for the first time, and a new removable medium.',
  purpose: 'To find out whether registered documents left the house, and on whose order.',
  innocent: 'The person is being worked in as a stand-in for a colleague on leave.',
  innocent_evidence: 'The handover plan names two of the six projects; the supervisor has not been asked yet.',
};

const open = {
  ...{ id: '7F3K2M9Q', alias: 'K3X9QA', queue: 'case_officers', state: 'open', outcome: null as string | null },
  ...{ opened_at: at(-20), last_step_at: at(-1), parts: ['officer'] },
};
const PEOPLE = [
  { account: 'OTTO', name: 'otto', parts: ['officer'], recused: false },
  { account: 'PIET', name: 'piet', parts: ['approver'], recused: false },
  { account: 'ANA', name: 'ana', parts: ['analyst'], recused: false },
  { account: 'OLGA', name: 'olga', parts: ['officer'], recused: true },
];
const STEPS = [
  said('open', 'otto', -20, OPENING),
  said('admit', 'otto', -20, { account: 'PIET', reason: 'decides on the staff side' }),
  said('admit', 'otto', -20, { account: 'ANA', reason: 'knows the logs' }),
  said('clock', 'otto', -19, {
    id: 'C1',
    text: 'Works council is told',
    basis: 'Works agreement, section 12',
    due: day(-12),
    remind_days: 7,
  }),
  said('evidence', 'ana', -17, {
    id: 'E1',
    sha256: sha('9f3c1a'),
    what: 'Handover plan of the unit, version of the week before',
    origin: 'Unit secretariat, by its head',
    supports: ['H1'],
    contradicts: [],
  }),
  said('clock_met', 'otto', -14, { clock: 'C1', text: 'Told in writing.' }),
  said('hypothesis', 'otto', -14, {
    id: 'H2',
    innocent: false,
    text: 'Documents were collected to be taken along when leaving.',
    would_show: 'The medium holds documents of projects that are not in the handover plan.',
  }),
  said('evidence', 'otto', -12, {
    id: 'E2',
    sha256: sha('04be77'),
    what: 'List of files on the removable medium',
    origin: 'Taken from the medium in the presence of two',
    supports: ['H2'],
    contradicts: ['H1'],
  }),
  said('custody', 'ana', -11, { evidence: 'E2', act: 'examined', text: 'Compared with the register.' }),
  said('link', 'ana', -10, { documents: [], reason: 'named in the list of files' }),
  said('effect', 'otto', -10, { id: 'X1', effect: 'watch', text: 'While the case is open' }),
  said('task', 'otto', -9, { id: 'T1', text: 'Ask the supervisor for the order of the stand-in', due: day(3) }),
  said('note', 'otto', -8, {
    text: 'The unit says the plan was changed on the phone.\nIt was to be put in writing by Friday.',
  }),
  said('clock', 'piet', -7, {
    id: 'C2',
    text: 'Decision on the first term',
    basis: 'Rule 7 of the house',
    due: day(9),
    remind_days: 7,
  }),
  said('clock', 'piet', -7, {
    id: 'C3',
    text: 'Report to the data protection officer',
    basis: 'Rule 9 of the house',
    due: day(-2),
    remind_days: 3,
  }),
  said('invite_reply', 'otto', -6, {
    text: 'Documents of six projects were opened under your account in March. You may say in writing what they were for.',
    due: day(8),
  }),
];
const DOCUMENTS = [
  ...Array.from({ length: 11 }, (_, n) => ({
    path: `\\\\fs02\\projects\\lantern\\design\\cable-plan-${n}.docx`,
    level: 'confidential',
  })),
  ...Array.from({ length: 4 }, (_, n) => ({ path: `\\\\fs02\\projects\\harbour\\survey-${n}.pdf`, level: 'secret' })),
  ...Array.from({ length: 6 }, (_, n) => ({ path: `\\\\fs02\\common\\minutes-${n}.docx`, level: 'internal' })),
];
const WORKING = [
  'admit',
  'recuse',
  'hypothesis',
  'evidence',
  'custody',
  'withdraw',
  'link',
  'note',
  'task',
  'task_done',
];
const NEXT = [...WORKING, 'clock', 'clock_met', 'effect', 'effect_undone', 'reply', 'propose', 'hold'];

function storyOf(head: typeof open, steps: Step[], cleared: boolean) {
  const lead = leadStory('L00001');
  const count = (level: string) => DOCUMENTS.filter((one) => one.level === level).length;
  return {
    ...head,
    ...{ closed_at: cleared ? at(-30) : null, held_until: null, destroyed_from: cleared ? day(335) : null },
    next: cleared ? ['recuse', 'hold'] : head.state === 'proposed' ? ['note', 'recuse', 'decide', 'reject'] : NEXT,
    outcomes: ['cleared', 'no_finding', 'advice', 'access_adjusted', 'formal_warning', 'handed_over'].map(
      (outcome, n) => ({
        ...{ outcome, refused: n < 2 ? null : 'the term for the reply has not passed' },
      }),
    ),
    people: PEOPLE,
    steps,
    hypotheses: [
      {
        id: 'H1',
        n: 1,
        innocent: true,
        text: OPENING.innocent,
        would_show: OPENING.innocent_evidence,
        for: ['E1'],
        against: ['E2'],
        answered: cleared ? 'The supervisor confirmed the stand-in; the list of files belongs to it.' : null,
      },
      {
        id: 'H2',
        n: 7,
        innocent: false,
        text: 'Documents were collected to be taken along when leaving.',
        would_show: 'The medium holds documents of projects that are not in the handover plan.',
        for: ['E2'],
        against: [],
        answered: null,
      },
    ],
    evidence: [
      {
        id: 'E1',
        n: 5,
        sha256: sha('9f3c1a'),
        what: 'Handover plan of the unit, version of the week before',
        origin: 'Unit secretariat, by its head',
        supports: ['H1'],
        contradicts: [],
        withdrawn: false,
        bytes: 18_432,
        custody: [
          { n: 5, act: 'added', by: 'ANA', by_name: 'ana', at: at(-17), text: '' },
          { n: 5, act: 'stored', by: 'ANA', by_name: 'ana', at: at(-17), text: '' },
        ],
      },
      {
        id: 'E2',
        n: 8,
        sha256: sha('04be77'),
        what: 'List of files on the removable medium',
        origin: 'Taken from the medium in the presence of two',
        supports: ['H2'],
        contradicts: ['H1'],
        withdrawn: false,
        bytes: null,
        custody: [
          { n: 8, act: 'added', by: 'OTTO', by_name: 'otto', at: at(-12), text: '' },
          { n: 9, act: 'examined', by: 'ANA', by_name: 'ana', at: at(-11), text: 'Compared with the register.' },
        ],
      },
    ],
    tasks: [{ id: 'T1', n: 12, text: 'Ask the supervisor for the order of the stand-in', due: day(3), done: cleared }],
    clocks: [
      { id: 'C1', n: 4, text: 'Works council is told', basis: 'Works agreement, section 12', due: day(-12), met: true },
      { id: 'C2', n: 14, text: 'Decision on the first term', basis: 'Rule 7 of the house', due: day(9), met: cleared },
      {
        id: 'C3',
        n: 15,
        text: 'Report to the data protection officer',
        basis: 'Rule 9 of the house',
        due: day(-2),
        met: cleared,
      },
    ],
    effects: [{ id: 'X1', n: 11, effect: 'watch', text: 'While the case is open', since: at(-10), undone: cleared }],
    terms: cleared
      ? []
      : [
          {
            kind: 'clock',
            id: 'C3',
            text: 'Report to the data protection officer',
            due: day(-2),
            remind_from: day(-5),
            late: true,
          },
          {
            kind: 'task',
            id: 'T1',
            text: 'Ask the supervisor for the order of the stand-in',
            due: day(3),
            remind_from: day(-4),
            late: false,
          },
          {
            kind: 'reply',
            id: '',
            text: 'The person may say what they were for',
            due: day(8),
            remind_from: day(1),
            late: false,
          },
          {
            kind: 'clock',
            id: 'C2',
            text: 'Decision on the first term',
            due: day(9),
            remind_from: day(2),
            late: false,
          },
        ],
    documents: DOCUMENTS,
    document_counts: {
      unknown: 0,
      public: 0,
      internal: count('internal'),
      confidential: count('confidential'),
      secret: count('secret'),
      top_secret: 0,
    },
    lead: lead && { ...lead, id: head.alias, subject: head.alias },
  };
}

export interface FixtureCases {
  steps: Step[];
  head: typeof open;
}
export const newCases = (): FixtureCases => ({ steps: numbered(STEPS), head: { ...open } });

const CLEARED = {
  ...open,
  ...{
    id: '2B8MK4TZ',
    alias: 'Q7R2MB',
    state: 'closed',
    outcome: 'cleared',
    opened_at: at(-70),
    last_step_at: at(-30),
  },
};
const CLOSING = numbered([
  ...STEPS.slice(0, 15),
  said('reply', 'subject', -40, {
    text: 'I stood in for a colleague; my head of unit told me to take the plans along.',
  }),
  said('propose', 'otto', -38, {
    outcome: 'cleared',
    reasons: 'The order was confirmed in writing.',
    considered: { H1: 'The supervisor confirmed it.' },
  }),
  said('decide', 'piet', -36, { reasons: 'Nothing is left that speaks for anything else.' }),
  said('effect_undone', 'program', -36, { effect: 'X1', text: 'Undone by the program: cleared.' }),
  said('explained', 'program', -36, { until: day(-36), text: 'Cleared: signals up to this day no longer count.' }),
  said('notify', 'otto', -35, { text: 'The matter is closed. Nothing remains against you.', appeal_until: day(-5) }),
  said('close', 'otto', -30, { text: 'Closed.' }),
]).map((step) => (['subject', 'program'].includes(step.by_name) ? { ...step, by: step.by_name, by_name: '' } : step));

const summary = (story: ReturnType<typeof storyOf>) => ({
  ...{ id: story.id, alias: story.alias, queue: story.queue, state: story.state, outcome: story.outcome },
  ...{ opened_at: story.opened_at, last_step_at: story.last_step_at, parts: story.parts, members: 3 },
  ...{ steps: story.steps.length, open_tasks: story.tasks.filter(({ done }) => !done).length },
  next_term: story.terms[0] ?? null,
});

/** What a GET of the cases' API answers; undefined where there is nothing. */
export function casesAnswer(state: FixtureCases, id: string | undefined, part: string | undefined): unknown {
  const stories = [storyOf(state.head, state.steps, false), storyOf(CLEARED, CLOSING, true)];
  if (id === undefined) return { cases: stories.map(summary) };
  if (part === 'colleagues') return { colleagues: [{ account: 'PAUL', name: 'paul', parts: ['approver'] }] };
  return stories.find((story) => story.id === id);
}
export const casesDue = (state: FixtureCases) => ({
  due: storyOf(state.head, state.steps, false)
    .terms.slice(0, 2)
    .map((term) => ({ ...term, case: open.id, alias: open.alias })),
  watched: [{ case: open.id, alias: open.alias, effect: 'X1', since: day(-10), signals: 3 }],
});

/** Takes a step as the server would, without its rules. */
export function takeStep(state: FixtureCases, { kind, ...step }: { kind: string }): { n: number } {
  const n = state.steps.length + 1;
  state.steps.push({ n, kind, by: 'OTTO', by_name: 'otto', at: new Date().toISOString(), step });
  if (kind === 'propose') state.head.state = 'proposed';
  return { n };
}

export const UNMASKINGS = {
  unmaskings: [
    {
      ...{ id: 'U0000000000000000001', case: open.id, alias: open.alias, own: true, phase: 'waits_for_approval' },
      reason: 'The supervisor can only be asked about the stand-in by name.',
      ...{ requested_at: at(-3), expires: at(11), notify_after_days: 30, notice_due: day(40) },
      steps: [
        { kind: 'request', account: 'OTTO', at: at(-3) },
        { kind: 'open_outer', account: 'OLGA', at: at(-2) },
      ],
    },
  ],
};
