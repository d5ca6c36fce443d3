/** /api/documents and what belongs to it: for the registrar, and for the second person of an act that takes two. */
import { z } from 'zod';
import { Fault } from '../../base/fault.ts';
import { LEVELS, levelNames, type OwnLevel } from '../../base/level.ts';
import { download, FILE, listOf, page, type Route, route } from '../../http/route.ts';
import { certificateOf } from './certificate.ts';
import { listDocuments, ownersAndProjects, STATES, selectImports, totals } from './lists/store.ts';
import { definedOnly } from './record.ts';
import { Asked, DocumentId, Import, Level, Proposal, Registering, Row, Totals, Whole } from './shapes.ts';
import { aliasIn, awayList, goneCustodians, namesOf, proposalsOf, rowShown, wholeOf } from './story.ts';
import { type Register, registerDocument, takeStep, today } from './work.ts';

const KEEPERS = ['registrar'] as const;
/** Whoever may be the second person: another registrar, or somebody who decides for the staff or the legal side. */
const SECOND = ['registrar', 'approver'] as const;
const MOST_IMPORTS = 100;

const levelOf = (level: (typeof LEVELS)[number]): number => LEVELS.indexOf(level);

export function registerRoutes(register: Register, scheme: readonly OwnLevel[]): Route[] {
  return [...readRoutes(register), ...changeRoutes(register), levelsRoute(scheme)];
}

function levelsRoute(scheme: readonly OwnLevel[]): Route {
  const named = { en: levelNames(scheme, 'en'), 'zh-CN': levelNames(scheme, 'zh-CN') };
  const used = new Set(scheme.map(({ level }) => level));
  return route({
    method: 'GET',
    path: '/api/levels',
    audience: 'signed-in',
    summary: 'What the levels of documents are called here, and which of them are used.',
    response: z.object({
      levels: z.array(
        z.object({ level: Level, number: z.int(), used: z.boolean(), en: z.string(), 'zh-CN': z.string() }),
      ),
    }),
    handler: () => ({
      levels: LEVELS.flatMap((level, number) =>
        level === 'unknown'
          ? []
          : [{ level, number, used: used.has(number), en: named.en[level], 'zh-CN': named['zh-CN'][level] }],
      ),
    }),
  });
}

function readRoutes(register: Register): Route[] {
  const { casework } = register;
  return [
    route({
      method: 'GET',
      path: '/api/documents',
      audience: KEEPERS,
      summary: 'Registered documents, the highest level first.',
      query: z.object({
        level: listOf(z.enum(LEVELS)).optional(),
        owner: z.string().max(200).optional(),
        project: z.string().max(200).optional(),
        q: z.string().max(200).optional(),
        state: z.enum(STATES).optional(),
        holder: z.string().max(200).optional().describe('An account of the directory'),
        ...page(500),
      }),
      response: z.object({ total: z.int(), documents: z.array(Row), totals: Totals }),
      async handler({ query: { offset, limit, level = [], holder, ...rest } }) {
        const filter = {
          ...{ ...rest, levels: level.map(levelOf), today: today(register) },
          gone: rest.state === 'never_returned' ? await goneCustodians(register) : [],
          holder: holder === undefined ? undefined : await aliasIn(register, holder),
        };
        const { total, documents } = await listDocuments(casework, filter, { offset, limit });
        return { total, documents: documents.map(rowShown), totals: await totals(casework, filter.today) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/document-choices',
      audience: KEEPERS,
      summary: 'The owners and projects that documents are registered for.',
      response: z.object({ owners: z.array(z.string()), projects: z.array(z.string()) }),
      handler: () => ownersAndProjects(casework),
    }),
    route({
      method: 'GET',
      path: '/api/documents/:id',
      audience: KEEPERS,
      summary: 'A document: its levels with their history, its copies and where they have been, every step.',
      params: DocumentId,
      response: Whole,
      handler: ({ params }, { account }) => wholeOf(register, account, params.id),
    }),
    route({
      method: 'GET',
      path: '/api/documents/:id/copies/:copy/certificate',
      audience: KEEPERS,
      summary: 'The certificate of a destroyed copy, with the proof that it stands in the ledger.',
      params: DocumentId.extend({ copy: z.coerce.number().int().min(1) }),
      response: FILE,
      async handler({ params: { id, copy } }) {
        const certificate = await certificateOf(register, id, copy);
        const text = `${JSON.stringify(certificate, undefined, 2)}\n`;
        return download(`destruction-${id}-${copy}.json`, 'application/json', text);
      },
    }),
    route({
      method: 'GET',
      path: '/api/document-copies',
      audience: KEEPERS,
      summary: 'Copies that somebody has, those overdue first.',
      response: z.object({
        copies: z.array(
          z.object({
            ...{ document: z.string(), copy: z.int(), path: z.string(), level: Level, holder: z.string() },
            ...{ state: z.string(), since: z.string(), due: z.string().nullable(), missing: z.boolean() },
            ...{ overdue: z.boolean(), left: z.boolean().describe('He has left, and has not returned it') },
          }),
        ),
      }),
      handler: async () => ({ copies: await awayList(register) }),
    }),
    route({
      method: 'GET',
      path: '/api/document-imports',
      audience: KEEPERS,
      summary: 'What was imported when, and which rows could not be used.',
      response: z.object({ imports: z.array(Import) }),
      async handler() {
        const nameOf = await namesOf(register);
        const rows = await selectImports(casework, MOST_IMPORTS);
        return {
          imports: rows.map(({ by, at, report, ...row }) => ({
            ...{ ...row, by: nameOf(by), at: new Date(at).toISOString() },
            // The engine gives json parsed.
            report: report as unknown as z.input<typeof Import>['report'],
          })),
        };
      },
    }),
    route({
      method: 'GET',
      path: '/api/document-proposals',
      audience: SECOND,
      summary: 'Lower levels and destructions that wait for a second person.',
      response: z.object({ proposals: z.array(Proposal) }),
      handler: async (_, { account }) => ({ proposals: await proposalsOf(register, account) }),
    }),
  ];
}

function changeRoutes(register: Register): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/documents',
      audience: KEEPERS,
      summary: 'Registers a document.',
      body: Registering,
      response: z.object({ id: z.string() }),
      handler: async ({ body: { level, ...rest } }, { account }) => ({
        id: await registerDocument(register, account, { ...definedOnly(rest), path: rest.path, level: levelOf(level) }),
      }),
    }),
    route({
      method: 'POST',
      path: '/api/documents/:id/steps',
      audience: KEEPERS,
      summary: 'Takes a step: what is said of it, its level, who needs to know it, or what becomes of a copy.',
      params: DocumentId,
      body: Asked,
      response: z.object({ n: z.int() }),
      async handler({ params, body }, { account }) {
        const isConfirming = body.kind === 'downgrade confirmed' || (body.kind === 'copy' && body.act === CONFIRMED);
        if (isConfirming) throw new Fault('forbidden', 'Confirming has a route of its own.', { place: 'kind' });
        return { n: await takeStep(register, account, params.id, body) };
      },
    }),
    route({
      method: 'POST',
      path: '/api/documents/:id/confirm',
      audience: SECOND,
      stepUp: true,
      summary: 'Confirms, as the second person, a lower level or that a copy was destroyed.',
      params: DocumentId,
      body: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('downgrade') }),
        z.strictObject({ kind: z.literal('destruction'), copy: z.int().min(1) }),
      ]),
      response: z.object({ n: z.int() }),
      handler: async ({ params, body }, { account }) => ({
        n: await takeStep(
          ...[register, account, params.id],
          body.kind === 'downgrade'
            ? { kind: 'downgrade confirmed' }
            : { kind: 'copy', act: CONFIRMED, copy: body.copy },
        ),
      }),
    }),
  ];
}

const CONFIRMED = 'destruction confirmed';
