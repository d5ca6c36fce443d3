/**
 * What the kill tests kill: a server that takes lines in and stores them meanwhile. It says its port on standard output.
 *
 *   node test/intake/program.ts DATA
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import { serve } from '../../src/http/serve.ts';
import { intakeRoutes, Loader, Spool } from '../../src/intake/intake.ts';
import { openEmbedded } from '../../src/stores/clickhouse.ts';
import { migrateEvents } from '../../src/stores/data.ts';

const dir = process.argv[2]!;
const events = await openEmbedded(dir, { memoryBytes: 600_000_000 });
await migrateEvents(events);
const spool = await Spool.open(dir);
const loader = new Loader({ events, spool, readerOf: () => 'unknown' });
const server = await serve({
  routes: intakeRoutes(spool),
  identify: async () => null,
  identifyShipper: async (request) => ({ tokenId: 'T', source: new URL(request.url).pathname.split('/').at(-1)! }),
  ...{ host: '127.0.0.1', port: 0, log: silentLog },
});
process.stdout.write(`${server.port}\n`);
for (;;) if ((await loader.round()) === 0) await sleep(5);
