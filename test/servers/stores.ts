/** In tests on servers, whoever opens embedded stores in a folder gets databases of that folder on the servers. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';
import type { openServers } from '../../src/stores/servers.ts';

const { TEST_POSTGRES, TEST_CLICKHOUSE, TEST_CLUSTER } = process.env;

const nameOf = (folder: string | undefined) =>
  `t${createHash('sha256')
    .update(folder ?? randomUUID())
    .digest('hex')
    .slice(0, 20)}`;

vi.mock('../../src/stores/clickhouse.ts', async (original) => ({
  ...(await original<object>()),
  async openEmbedded(dir: string) {
    const spool = join(dir, 'spool');
    for (const folder of ['events', 'spool']) mkdirSync(join(dir, folder), { recursive: true });
    const servers = await vi.importActual<{ openServers: typeof openServers }>('../../src/stores/servers.ts');
    const url = TEST_CLICKHOUSE!.split(',').map((address) => `${address}/${nameOf(dir)}`);
    return servers.openServers({ url: url.join(), cluster: TEST_CLUSTER || undefined, spool });
  },
}));
vi.mock('../../src/stores/postgres.ts', async (original) => {
  const postgres = await original<typeof import('../../src/stores/postgres.ts')>();
  return {
    ...postgres,
    async openCasework(place: Parameters<typeof postgres.openCasework>[0]) {
      if ('url' in place) return postgres.openCasework(place);
      const name = nameOf('dir' in place ? place.dir : undefined);
      const client = new pg.Client(`${TEST_POSTGRES}/postgres`);
      await client.connect();
      await client.query(`create database ${name}`).catch((error) => {
        if (error.code !== '42P04') throw error; // it is there
      });
      await client.end();
      return postgres.openCasework({ url: `${TEST_POSTGRES}/${name}` });
    },
  };
});
