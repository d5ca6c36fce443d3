import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createAccount, listAccounts, ROLES, type Role } from '../access/access.ts';
import { randomToken } from '../base/id.ts';
import { refreshLeads } from '../leads/leads.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { consoleAccess, consoleConfig, serveConsole } from './console.ts';
import { dataOption, port } from './option.ts';

/** In a data directory that holds a made-up organisation, so that nobody takes its people for real ones. */
export const SYNTHETIC_MARK = 'synthetic';

export const serve = command({
  name: 'serve',
  summary: 'serve the console over a data directory',
  description: [
    'Serves the console and its API. On a data directory without accounts it makes one for an',
    'analyst and one for an engineer and prints their passwords once. Ctrl-C ends it; nothing',
    'is lost.',
  ].join('\n'),
  operands: {},
  options: { data: dataOption, port: port('PORT', 'The port to listen on. Default: 12339, or what config.yml says.') },
  example: 'countersign serve --data data',
  exits: [3, 4, 6],
  async run({ options, signal, say }) {
    const config = consoleConfig(options.data, options.port);
    const data = await openData(options.data, { purpose: 'countersign serve' });
    try {
      const access = consoleAccess(data, config);
      const passwords = await firstAccounts(access);
      await refreshLeads(data);
      const synthetic = existsSync(join(data.dir, SYNTHETIC_MARK));
      const server = await serveConsole(data, config, access, { synthetic, signal });
      say(`Countersign: ${server.url}   (Ctrl-C ends it)`);
      for (const [name, password] of passwords)
        say(`Sign in as ${name} with the password ${password}   (shown only now)`);
      await server.closed;
      return 0;
    } finally {
      await data.close();
    }
  },
});

/** One account for each role when there is none at all. Nobody holds two: who keeps the sources sees no leads. */
export async function firstAccounts(
  access: Parameters<typeof createAccount>[0],
  password: () => string = () => randomToken(15),
): Promise<Map<Role, string>> {
  const made = new Map<Role, string>();
  if ((await listAccounts(access)).length > 0) return made;
  for (const role of Object.keys(ROLES) as Role[]) {
    made.set(role, password());
    await createAccount(access, { name: role, role, password: made.get(role)! });
  }
  return made;
}
