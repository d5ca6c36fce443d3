import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { computeDays, computedDays, computeStandings, rules } from '../detections/detections.ts';
import { loadDocuments } from '../documents/documents.ts';
import { loadLogs } from '../events/events.ts';
import { alertDays } from '../leads/leads.ts';
import { loadPeople } from '../people/people.ts';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { type Answers, readAnswers } from './answers.ts';
import { evaluate } from './evaluate.ts';
import { checkDetections, tryWorld } from './jobs.ts';
import { evaluationPage } from './page.ts';
import { personDays, withoutSignals } from './store.ts';
import { evaluationText } from './text.ts';

let root: string;
let events: Events;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'countersign-evaluation-'));
  events = await openEmbedded(root);
  await migrateEvents(events);
});
afterAll(async () => {
  await events.close();
  rmSync(root, { recursive: true, force: true });
});

async function load(folder: string): Promise<void> {
  await loadPeople(events, folder);
  await loadDocuments(events, folder);
  await loadLogs(events, folder);
}

test("a person's day is counted from the logs", async () => {
  const folder = join(root, 'counted');
  mkdirSync(folder);
  const write = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  const [monday, sunday] = ['01/06/2025', '01/05/2025'];
  write(
    'logon.csv',
    'id,date,user,pc,activity',
    ...[`{1},${monday} 06:59:59,ANN,PC-1,Logon`, `{2},${monday} 12:00:00,ANN,PC-2,Logon`],
    ...[`{3},${monday} 19:00:00,ANN,PC-2,Logoff`, `{4},${sunday} 12:00:00,ANN,PC-1,Logon`],
  );
  write(
    'file.csv',
    'id,date,user,pc,filename,activity,to_removable_media,from_removable_media,content',
    ...[`{5},${monday} 09:00:00,ANN,PC-1,\\\\s\\a.pdf,File Open,False,False,`],
    ...[`{6},${monday} 09:01:00,ANN,PC-1,\\\\s\\a.pdf,File Copy,True,False,`],
    ...[`{7},${monday} 09:02:00,ANN,PC-1,\\\\s\\b.pdf,File Print,False,False,`],
  );
  write(
    'email.csv',
    'id,date,user,pc,to,cc,bcc,from,activity,size,attachments,content',
    ...[`{8},${monday} 10:00:00,ANN,PC-1,bob@in.example,,,ann@in.example,Send,10,,`],
    ...[`{9},${monday} 10:01:00,ANN,PC-1,x@out.example,bob@in.example,,ann@in.example,Send,99,a.pdf(1200);b.pdf(34),`],
    ...[`{10},${monday} 10:02:00,ANN,PC-1,ann@in.example,,,x@out.example,View,10,c.pdf(7),`],
  );
  write(
    'http.csv',
    'id,date,user,pc,url,activity,content',
    ...[`{11},${monday} 11:00:00,ANN,PC-1,http://one.example/a,WWW Visit,`],
    ...[`{12},${monday} 11:00:01,ANN,PC-1,http://two.example/a,WWW Upload,`],
  );
  write('device.csv', 'id,date,user,pc,file_tree,activity', `{13},${monday} 09:00:30,ANN,PC-1,R:\\,Connect`);
  await load(folder);
  const first = Date.UTC(2025, 0, 5) / 86_400_000;
  expect(await personDays(events, first, 2)).toEqual([
    { day: first, user: 'ANN', counts: [1, 1, 1, ...Array(16).fill(0)] },
    { day: first + 1, user: 'ANN', counts: [2, 1, 2, 1, 1, 0, 0, 1, 2, 1, 1, 2, 1, 2, 1234, 1, 0, 1, 2] },
  ]);
  expect(await personDays(events, first, 1)).toHaveLength(1);
});

describe('a replayed world', () => {
  let answers: Answers;
  beforeAll(async () => {
    const [out, truth] = [join(root, 'world'), join(root, 'answers')];
    await simulate({ people: 40, days: 28, seed: 4, start: '2026-01-05', out, answers: truth, stories: ['B', 'E'] });
    answers = readAnswers(truth);
    await load(out);
    await computeDays(events);
  });

  const lived = () => Array.fromAsync(alertDays(events));

  test('standings computed again beside the store are those in it', async () => {
    const before = await lived();
    const again = await withoutSignals(events, [], async (left) => {
      for (const day of await computedDays(events)) await computeStandings(left, day);
      return Array.fromAsync(alertDays(left));
    });
    expect(before.flatMap(({ alerts }) => alerts).length).toBeGreaterThan(20);
    expect(again).toEqual(before);
  });

  test('a detection that is left out is no reason any more, and the store keeps it', async () => {
    const before = await lived();
    const reasons = (days: typeof before) =>
      days.flatMap(({ alerts }) => alerts.flatMap((alert) => alert.reasons.map(([detection]) => detection)));
    const [common] = Object.entries(Object.groupBy(reasons(before), (id) => id)).sort(
      ([, a], [, b]) => b!.length - a!.length,
    )[0]!;
    const left = await withoutSignals(events, [common], async (without) => {
      for (const day of await computedDays(events)) await computeStandings(without, day);
      return Array.fromAsync(alertDays(without));
    });
    expect(reasons(left)).not.toContain(common);
    expect(reasons(left).length).toBeGreaterThan(0);
    expect(await lived()).toEqual(before);
    expect(await events.rows("SELECT name FROM system.tables WHERE name LIKE '%without' LIMIT 9")).toEqual([]);
  });

  test('is tried with all methods, and once without each detection', async () => {
    const days: number[] = [];
    const others = rules().flatMap(({ id }) => (['exfiltrate-mail', 'exfiltrate-print'].includes(id) ? [] : [id]));
    const tried = await tryWorld(events, {
      ...{ name: 'world', answers, without: others, leaveOneOut: true },
      onDay: (done, total) => days.push(done / total),
    });
    expect(days.at(-1)).toBe(1);
    expect([...tried.without!.keys()].sort()).toEqual(['exfiltrate-mail', 'exfiltrate-print']);
    const found = evaluate([tried], [20]);
    expect(found.methods).toEqual(['countersign', 'forest', 'random']);
    expect(found.worth).toHaveLength(6);
    expect(evaluationText(found)).toMatch(/^left out +lost +more lost/m);
    expect(evaluationPage(found)).toContain('<th scope="row">exfiltrate-mail</th>');
  });
});

test('a detection that does not exist cannot be left out', () => {
  expect(() => checkDetections(['collect-breadth', 'collect-moonlight'])).toThrow('collect-moonlight');
});
