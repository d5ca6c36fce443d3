/** The console with a portal beside it, for recipients: real routes, a real ledger, and keys whose files open fast. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armor, Encrypter } from 'age-encryption';
import type { Page } from 'playwright-core';
import { type Access, accessRoutes, authenticate, createAccount, type Role } from '../../src/access/access.ts';
import { manualClock, systemClock } from '../../src/base/clock.ts';
import type { Log } from '../../src/base/log.ts';
import { serve } from '../../src/http/serve.ts';
import { type Ledger, listEntries, openLedger, record } from '../../src/ledger/ledger.ts';
import { keysOf, type Suite } from '../../src/reports/protocol/protocol.ts';
import { seedOf } from '../../src/reports/protocol/samples.ts';
import { deskPages } from '../../src/reports/reports.ts';
import { type Sample, samplePortal } from '../../src/reports/sample-portal.ts';
import { openCasework } from '../../src/stores/postgres.ts';

export const PASSWORD = 'correct horse battery';
export const PASSPHRASE = 'a passphrase of their own';

export interface ReportsServer {
  /** Under a name: passkeys know no numbers. */
  readonly origin: string;
  readonly folder: string;
  readonly sample: Sample;
  /** What the program's log holds, one text a line. */
  readonly lines: string[];
  /** Who did what, by the ledger. */
  acts(): Promise<string[]>;
  /** The path of the key file of recipient 1, 2, ... or of a stranger. */
  key(number: number): string;
  close(): Promise<void>;
}

/** `before` fills the portal as it was on a day before today. */
export async function startReportsServer(
  suite: Suite = 'x25519',
  before?: (sample: Sample, clock: ReturnType<typeof manualClock>) => Promise<void>,
): Promise<ReportsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-desk-'));
  const store = await openCasework({ memory: true });
  const ledger: Ledger = await openLedger({ dir: folder });
  const clock = manualClock(new Date(Date.now() - 20 * 86_400_000).toISOString());
  const past = await samplePortal({ suite, recipients: 2, slots: 4, clock });
  await before?.(past, clock);
  const sample = await past.reopen({ clock: systemClock });
  const reach = { host: '127.0.0.1' };
  const access: Access = { db: store.db, clock: systemClock, passwordCost: { logN: 4, r: 1, p: 1 }, reach };
  for (const [name, role] of [
    ['rita', 'recipient'],
    ['rolf', 'recipient'],
    ['ana', 'analyst'],
  ] as const satisfies readonly (readonly [string, Role])[]) {
    await createAccount(access, { name, role, password: PASSWORD, person: name.toUpperCase() });
  }
  const lines: string[] = [];
  const keep = (...line: unknown[]) => void lines.push(JSON.stringify(line));
  const log = { info: keep, error: keep, warn: keep, debug: keep } as unknown as Log;
  const server: ReportsServer = {
    ...{ origin: '', folder, sample, lines },
    acts: async () =>
      (await listEntries(ledger, {})).entries.map(({ act, on, details }) => JSON.stringify([act, on, details])),
    key: (number) => join(folder, `r${number}.key`),
    async close() {
      await serving.close();
      await ledger.close();
      await store.close();
      await sample.close();
      rmSync(folder, { recursive: true });
    },
  };
  const serving = await serve({
    ...{ routes: accessRoutes(access), identify: (request: Request) => authenticate(access, request) },
    pages: {
      '/api/sealed': deskPages(sample.portal, {
        identify: (request) => authenticate(access, request),
        record: async (account) => void (await record(ledger, { actor: `account:${account}`, act: 'report.list' })),
        ...reach,
      }),
    },
    ...{ ...reach, port: 0, log, web: join(import.meta.dirname, '../../web/dist') },
  });
  for (const number of [1, 2, 9]) writeFileSync(server.key(number), await keyFile(number, suite));
  return Object.assign(server, { origin: `http://localhost:${serving.port}` });
}

/** Opens the queue on the page that asks for a key, with the file of recipient `number`. */
export async function openDesk(page: Page, server: ReportsServer, number = 1, keep = 'no'): Promise<void> {
  await page.locator('#key-file').setInputFiles(server.key(number));
  await page.locator('#file-passphrase').fill(PASSPHRASE);
  await page.locator(`input[name="keep"][value="${keep}"]`).check();
  await page.locator('form:has(#key-file) button[type="submit"]').click();
}

/** A key file like that of `portal key`, whose passphrase costs next to nothing to try. */
async function keyFile(number: number, suite: Suite): Promise<string> {
  const { identity, signer } = await keysOf(seedOf(number), suite);
  const seed = Buffer.from(seedOf(number)).toString('hex');
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(8);
  encrypter.setPassphrase(PASSPHRASE);
  const content = `# countersign recipient key, public key ${signer.key}\n# seed ${seed} ${suite}\n${identity}\n`;
  return armor.encode(await encrypter.encrypt(content));
}
