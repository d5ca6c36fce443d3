import { join } from 'node:path';
import { type Access, accessRoutes, authenticate, createAccount, type Role } from '../../src/access/access.ts';
import { manualClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { type Serving, serve } from '../../src/http/serve.ts';
import { openCasework } from '../../src/stores/postgres.ts';

export const PASSWORD = 'correct horse battery';

export interface AccessServer {
  /** Under a name: passkeys know no numbers. */
  readonly origin: string;
  readonly access: Access;
  readonly clock: ReturnType<typeof manualClock>;
  close(): Promise<void>;
}

/** The console with the access room's own routes and no data, at a time that the test moves. */
export async function startAccessServer(people: readonly (readonly [string, Role])[]): Promise<AccessServer> {
  const store = await openCasework({ memory: true });
  const clock = manualClock('2026-03-02T08:00:00Z');
  const reach = { host: '127.0.0.1' };
  const access: Access = { db: store.db, clock, passwordCost: { logN: 4, r: 1, p: 1 }, reach };
  for (const [name, role] of people) {
    await createAccount(access, { name, role, password: PASSWORD, person: name.toUpperCase() });
  }
  const server: Serving = await serve({
    ...{ routes: accessRoutes(access), identify: (request) => authenticate(access, request) },
    ...{ ...reach, port: 0, log: silentLog, web: join(import.meta.dirname, '../../web/dist') },
  });
  return {
    ...{ origin: `http://localhost:${server.port}`, access, clock },
    async close() {
      await server.close();
      await store.close();
    },
  };
}
