/** /api/cases and what leads there: for members alone; everybody else is told that there is no such case. */
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { rules } from '../detections/detections.ts';
import { download, FILE, type Route, route } from '../http/route.ts';
import { personOf, QUEUE } from '../identities/identities.ts';
import type { LeadState, Queue } from '../leads/leads.ts';
import {
  Behind,
  BehindQuery,
  eventsBehind,
  LeadShape,
  LeadStory,
  leadOf,
  selectLeads,
  storyOfLead,
} from '../leads/leads.ts';
import { bundleOf } from './bundle.ts';
import { dossierPage, LANGUAGES } from './dossier.ts';
import { readKept, takePart } from './files.ts';
import { CaseId, Due, Summary, Whole } from './shapes.ts';
import { StepInputShape } from './step.ts';
import { dueOf, summaryOf, wholeOf } from './story.ts';
import { Triage, triage } from './triage.ts';
import { PARTS } from './who.ts';
import {
  type Cases,
  caseOf,
  casesOf,
  colleagues,
  type Person,
  personLooking,
  takeFor,
  takeStep,
  today,
  visibleLead,
} from './work.ts';

const WORKERS = ['case_officer', 'reviewer', 'approver', 'analyst'] as const;
const OPENERS = ['case_officer', 'reviewer'] as const;
const Lead = z.object({ id: z.string().max(40) });
/** A body is at most a megabyte, and base64 makes four bytes of three. */
const MOST_PART = 900_000;

const queueOf = ({ roles }: Person): Queue => (roles.includes('reviewer') ? 'reviewers' : 'case_officers');

export function caseRoutes(cases: Cases): Route[] {
  const all = new Map(rules().map((rule) => [rule.id, rule]));
  const tellLead = async (lead: LeadState) => {
    const user = await personOf(cases, QUEUE, lead.id);
    if (user === undefined) throw new Fault('not-found', 'There is no such lead.', { place: lead.id });
    return await storyOfLead(cases, all, lead, user);
  };
  return [
    route({
      method: 'POST',
      path: '/api/leads/:id/triage',
      audience: ['analyst', 'case_officer', 'reviewer'],
      summary: 'Decides what becomes of a lead, with a reason; opening one makes a case.',
      params: Lead,
      body: Triage,
      response: z.object({ case: z.string().nullable().describe('The case that was opened') }),
      handler: async ({ params, body }, { account }) => ({
        case: await triage(cases, await personLooking(cases, account), params.id, body),
      }),
    }),
    route({
      method: 'GET',
      path: '/api/handed-over',
      audience: OPENERS,
      summary: 'Leads that were handed over to those who open cases.',
      response: z.object({ leads: z.array(LeadShape) }),
      async handler(_, { account }) {
        const person = await personLooking(cases, account);
        const viewer = { today: today(cases), inCase: [] };
        const filter = { levels: [], status: 'handed_over', queue: queueOf(person), viewer, sort: '-score' } as const;
        const { leads } = await selectLeads(cases.casework, person.sight, {
          ...filter,
          levels: [],
          offset: 0,
          limit: 1000,
        });
        return { leads: leads.map((row) => leadOf(all, row)) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/handed-over/:id',
      audience: OPENERS,
      summary: 'One lead that was handed over, with its whole story.',
      params: Lead,
      response: LeadStory,
      async handler({ params }, { account }) {
        const person = await personLooking(cases, account);
        const lead = await visibleLead(cases, person, params.id);
        if (lead.status === 'handed_over' && lead.decision_queue === queueOf(person)) return await tellLead(lead);
        throw new Fault('not-found', 'There is no such lead.', { place: params.id });
      },
    }),
    route({
      method: 'GET',
      path: '/api/cases',
      audience: WORKERS,
      summary: 'The cases one is a member of, the newest first.',
      response: z.object({ cases: z.array(Summary) }),
      async handler(_, { account }) {
        const found = await casesOf(cases, await personLooking(cases, account));
        return { cases: found.map((one) => summaryOf(one, today(cases))) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/cases-due',
      audience: WORKERS,
      summary: 'Terms that run out soon or have, in all cases one is a member of, and news of those who are watched.',
      response: Due,
      handler: async (_, { account }) => await dueOf(cases, await casesOf(cases, await personLooking(cases, account))),
    }),
    route({
      method: 'GET',
      path: '/api/cases/:id',
      audience: WORKERS,
      summary: 'The whole story of a case in order, and what follows from it.',
      params: CaseId,
      response: Whole,
      async handler({ params }, { account }) {
        const person = await personLooking(cases, account);
        return await wholeOf(cases, all, person, await caseOf(cases, person, params.id));
      },
    }),
    route({
      method: 'POST',
      path: '/api/cases/:id/steps',
      audience: WORKERS,
      summary: 'Takes a step.',
      params: CaseId,
      body: StepInputShape,
      response: z.object({ n: z.int() }),
      handler: async ({ params, body }, { account }) => ({
        n: await takeStep(cases, await personLooking(cases, account), params.id, body),
      }),
    }),
    route({
      method: 'GET',
      path: '/api/cases/:id/colleagues',
      audience: WORKERS,
      summary: 'Who could be admitted to the case.',
      params: CaseId,
      response: z.object({
        colleagues: z.array(z.object({ account: z.string(), name: z.string(), parts: z.array(z.enum(PARTS)) })),
      }),
      async handler({ params }, { account }) {
        const { row, found } = await caseOf(cases, await personLooking(cases, account), params.id);
        const able = await colleagues(cases, row.queue);
        return { colleagues: able.filter((one) => !found.members.has(one.account)) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/cases/:id/events',
      audience: WORKERS,
      summary: "The acts behind one of the numbers on a case's page, down to the raw line.",
      params: CaseId,
      query: BehindQuery,
      response: Behind,
      async handler({ params, query }, { account }) {
        const { row } = await caseOf(cases, await personLooking(cases, account), params.id);
        const user = await personOf(cases, QUEUE, row.lead);
        if (user === undefined) return { total: 0, events: [] };
        // In raw lines too everybody appears under a name of this case alone.
        return await eventsBehind(cases, all, { user, scope: row.id }, query);
      },
    }),
    ...fileRoutes(cases),
    ...exportRoutes(cases),
  ];
}

const File = CaseId.extend({ evidence: z.string().regex(/^E[0-9]{1,4}$/) });

function fileRoutes(cases: Cases): Route[] {
  const evidenceOf = async (person: Person, params: z.output<typeof File>) => {
    const { found, parts } = await caseOf(cases, person, params.id);
    const evidence = found.evidence.get(params.evidence);
    if (evidence !== undefined) return { found, parts, ...evidence.step };
    throw new Fault('not-found', 'There is no such evidence.', { place: params.evidence });
  };
  return [
    route({
      method: 'POST',
      path: '/api/cases/:id/evidence/:evidence',
      audience: WORKERS,
      summary:
        'Takes in the bytes of a piece of evidence, part by part; the whole must have the hash it was added with.',
      params: File,
      body: z.object({
        offset: z.int().min(0),
        size: z.int().min(0),
        base64: z.base64().max(MOST_PART),
      }),
      response: z.object({ received: z.int() }),
      async handler({ params, body: { offset, size, base64 } }, { account }) {
        const person = await personLooking(cases, account);
        const { found, parts, sha256 } = await evidenceOf(person, params);
        if (found.stored.has(params.evidence)) return { received: size };
        const bytes = Buffer.from(base64, 'base64');
        const received = await takePart(cases.dir, params.id, { sha256, offset, size, bytes });
        const stored = { kind: 'stored', evidence: params.evidence, size } as const;
        if (received === size) await takeFor(cases, params.id, account.id, stored, parts);
        return { received };
      },
    }),
    route({
      method: 'GET',
      path: '/api/cases/:id/evidence/:evidence',
      audience: WORKERS,
      summary: 'The bytes of a piece of evidence.',
      params: File,
      response: FILE,
      async handler({ params }, { account }) {
        const { id, sha256 } = await evidenceOf(await personLooking(cases, account), params);
        const bytes = await readKept(cases.dir, params.id, sha256);
        return download(`${params.id}-${id}`, 'application/octet-stream', new Uint8Array(bytes));
      },
    }),
  ];
}

function exportRoutes(cases: Cases): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/cases/:id/dossier',
      audience: WORKERS,
      summary: 'The case as one page of HTML, for reading and printing.',
      params: CaseId,
      query: z.object({ language: z.enum(LANGUAGES).default('en') }),
      response: FILE,
      async handler({ params, query }, { account }) {
        const bundle = await bundleOf(cases, await personLooking(cases, account), params.id);
        return download(`case-${params.id}.html`, 'text/html; charset=utf-8', dossierPage(bundle, query.language));
      },
    }),
    route({
      method: 'GET',
      path: '/api/cases/:id/bundle',
      audience: WORKERS,
      summary: 'The case with its evidence and proofs, for `countersign verify`.',
      params: CaseId,
      response: FILE,
      async handler({ params }, { account }) {
        const bundle = await bundleOf(cases, await personLooking(cases, account), params.id);
        return download(`case-${params.id}.json`, 'application/json', JSON.stringify(bundle));
      },
    }),
  ];
}
