/** Which account is whose name: for auditors, who read of accounts by their ids. Nothing of the persons behind them. */
import { z } from 'zod';
import { type Route, route } from '../http/route.ts';
import { type Access, listAccounts } from './access.ts';

export function nameRoutes(access: Access): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/accounts/names',
      audience: ['auditor'],
      summary: 'The names of all accounts, those of disabled ones too.',
      response: z.object({ accounts: z.array(z.object({ id: z.string(), name: z.string() })) }),
      handler: async () => ({ accounts: (await listAccounts(access)).map(({ id, name }) => ({ id, name })) }),
    }),
  ];
}
