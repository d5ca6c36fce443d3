/** Folders as the public CERT releases have them: the same engine finds what is there, and says nothing absurd. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Alert } from '../src/leads/leads.ts';
import { openData } from '../src/stores/data.ts';
import { simulate } from '../src/worlds/worlds.ts';
import { certFolder, type Release } from './cert.ts';
import { changed, type Folder, live, logRow, readFolder, writeFolder } from './folders.ts';

const PEOPLE = 14;
/** Nights of the last two weeks. */
const NIGHTS = ['02/09/2026', '02/10/2026', '02/11/2026', '02/12/2026'];
const FIRST_NIGHT = '2026-02-09 22:00:00';
/** Of every content: mail, pages and files hold text there and not key words. */
const WORDS = 200;

let root: string;
let full: Folder;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cert-'));
  await simulate({ people: PEOPLE, days: 40, seed: 21, start: '2026-01-05', out: join(root, 'full'), stories: false });
  full = readFolder(join(root, 'full'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Somebody who has never used a medium copies thirty files a night. */
function withThief(folder: Folder, release: Release): { folder: Folder; thief: string } {
  const { header, rows } = folder.get('file.csv')!;
  const people = folder.get('LDAP/2026-02.csv')!.rows.map((row) => row.split(','));
  const removable = rows.filter((row) => release === 'r4.2' || row.includes(',True,False,'));
  const thief = people.find(
    ([, user, , role]) => role !== 'ServiceAccount' && !removable.some((row) => row.includes(`,${user},`)),
  )![1]!;
  const added = NIGHTS.flatMap((date, night) =>
    Array.from({ length: 30 }, (_, i) =>
      logRow(header, {
        ...{ id: `{T${night}-${i}}`, date: `${date} 22:${10 + i}:07`, user: thief, pc: 'PC-7777' },
        filename: release === 'r4.2' ? `T${night}X${i}.doc` : `R:\\T${night}X${i}.doc`,
        ...{ activity: 'File Write', to_removable_media: 'True', from_removable_media: 'False' },
        content: 'plans for the next year',
      }),
    ),
  );
  return { thief, folder: changed(folder, (all, name) => (name === 'file.csv' ? [...all, ...added] : all)) };
}

it.each<Release>(['r4.2', 'r5.2'])(
  '%s: every row is read, and the thief is among the few who stand out',
  async (release) => {
    const { folder, thief } = withThief(certFolder(full, release, WORDS), release);
    const data = await openData(undefined);
    try {
      const { alerts, bad } = await live(data, writeFolder(folder, join(root, release)));
      expect(bad).toBe(0);
      const best = strongest(alerts.filter((alert) => alert.date >= FIRST_NIGHT));
      expect(best.map((alert) => alert.user).slice(0, 3)).toContain(thief);
      expect(best.find((alert) => alert.user === thief)!.reason).toContain('exfiltrate-removable-media');
      const leads = await data.casework.selectFrom('leads').select('id').execute();
      expect(leads.length).toBeLessThan(PEOPLE / 3);
      await leavesByMail(data.events);
    } finally {
      await data.close();
    }
  },
);

/** Each person's strongest alert, the strongest first. */
function strongest(alerts: Alert[]): Alert[] {
  const best = new Map<string, Alert>();
  for (const alert of alerts) if (alert.score > (best.get(alert.user)?.score ?? 0)) best.set(alert.user, alert);
  return [...best.values()].sort((a, b) => b.score - a.score);
}

/** Whether or not a log names the attachments, mail with some leaves. */
async function leavesByMail(events: Awaited<ReturnType<typeof openData>>['events']): Promise<void> {
  const [row] = await events.rows<{ mails: number }>(
    `SELECT uniqExact(event_uid) AS mails FROM observations WHERE channel = 'mail'`,
  );
  expect(row!.mails).toBeGreaterThan(10);
}
