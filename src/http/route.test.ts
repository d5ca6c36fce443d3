import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Account, listOf, page, route } from './route.ts';

const RESPONSE = z.object({ ok: z.boolean() });
const common = { method: 'GET', path: '/api/birds', summary: 'Birds.', response: RESPONSE } as const;
const handler = () => ({ ok: true });

// The compiler is the test: each @ts-expect-error fails the type check as soon as the line below it compiles.
test('what must not compile does not', () => {
  // @ts-expect-error who may call a route must be said
  route({ ...common, handler });
  // @ts-expect-error there is no such role
  route({ ...common, audience: ['ornithologist'], handler });
  // @ts-expect-error an audience of nobody is a mistake
  route({ ...common, audience: [], handler });
  // @ts-expect-error what is answered must fit the response
  route({ ...common, audience: 'public', handler: () => ({ ok: 'yes' }) });
  // @ts-expect-error on a public route nobody is signed in
  route({ ...common, audience: 'public', handler: (_, { account }) => ({ ok: account.name === '' }) });
  // @ts-expect-error a query that is not described cannot be read
  route({ ...common, audience: 'signed-in', handler: ({ query }) => ({ ok: query.all.length > 0 }) });
});

test('a handler gets the types of its schemas and the account of its audience', () => {
  const made = route({
    ...common,
    path: '/api/birds/:name',
    audience: ['analyst', 'engineer'],
    params: z.object({ name: z.string() }),
    query: z.object({ limit: z.coerce.number() }),
    handler({ params, query }, { account }) {
      const [name, limit, who]: [string, number, Account] = [params.name, query.limit, account];
      return { ok: name.length + limit > 0 && who.roles.includes('analyst') };
    },
  });
  expect(made.audience).toEqual(['analyst', 'engineer']);
});

test('the names in a path and in params are the same', () => {
  const make = (path: string) => () =>
    route({ ...common, path, audience: 'public', params: z.object({ id: z.string() }), handler });
  expect(make('/api/birds/:id')).not.toThrow();
  expect(make('/api/birds/:bird')).toThrow('/api/birds/:bird');
  expect(make('/api/birds')).toThrow('/api/birds');
});

test('lists and pages', () => {
  const levels = listOf(z.enum(['low', 'high']));
  expect(levels.parse('high,low,high')).toEqual(['high', 'low']);
  expect(levels.safeParse('high,').success).toBe(false);
  const paged = z.object(page(1000, 200));
  expect(paged.parse({})).toEqual({ offset: 0, limit: 200 });
  expect(paged.parse({ offset: '5', limit: '1000' })).toEqual({ offset: 5, limit: 1000 });
  for (const limit of ['0', '1001', '-1', '1.5', 'x', '']) expect(paged.safeParse({ limit }).success).toBe(false);
});
