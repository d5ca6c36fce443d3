import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { drawClimate } from './climate.ts';
import { NEVER, projectsOf, supervisorOf, teamOn } from './organisation.ts';
import { Random } from './random.ts';
import { moveToday } from './reorganisation.ts';
import { makeOrganisation } from './staff.ts';
import { PACINGS, rhythm } from './stories/pacing.ts';
import { simulate } from './worlds.ts';

const base = mkdtempSync(join(tmpdir(), 'countersign-climate-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const lines = (folder: string, log: string): string[] =>
  readFileSync(join(folder, `${log}.csv`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1);

test('a climate belongs to its seed, and seeds differ', () => {
  expect(drawClimate(5)).toEqual(drawClimate(5));
  const assignments = new Set(Array.from({ length: 20 }, (_, seed) => Math.round(drawClimate(seed).assignment)));
  expect(assignments.size).toBeGreaterThan(15);
});

test('whatever stories use is used in ordinary life too', async () => {
  const out = join(base, 'quiet');
  await simulate({ people: 120, days: 42, seed: 3, out, stories: false });
  const mails = lines(out, 'email').filter((line) => line.includes(',Send,') && line.includes('.zip('));
  expect(mails.length).toBeGreaterThan(5);
  const uploads = lines(out, 'http').filter((line) => line.includes('WWW Upload'));
  const paper = /\d{5}-\w+-\w+\.\w+,/;
  expect(uploads.some((line) => paper.test(line) && line.includes('portal.'))).toBe(true);
  const carried = lines(out, 'file').filter((line) => line.includes(',True,False,'));
  expect(carried.some((line) => line.includes('\\work\\'))).toBe(true);
  expect(carried.some((line) => line.includes('.jpg'))).toBe(true);
  const evening = lines(out, 'logon').filter((line) => /(19|2[0-3]):\d\d:\d\d,.*,Logon$/.test(line));
  expect(evening.some((line) => line.includes(',PC-')) && evening.some((line) => line.includes(',LT-'))).toBe(true);
});

test('habits are heavy-tailed: some people carry and print many times what others do', () => {
  const { people } = makeOrganisation(300, 210, 8);
  const media = people.map((person) => person.temper.media).sort((a, b) => a - b);
  const users = media.filter((chance) => chance > 0);
  expect(users.length).toBeGreaterThan(50);
  expect(users.length).toBeLessThan(200);
  expect(users.at(-5)!).toBeGreaterThan(10 * users[5]!);
  const print = people.map((person) => person.temper.print).sort((a, b) => a - b);
  expect(print[270]!).toBeGreaterThan(5 * print[30]!);
});

test('after every change of team the lists of members agree with the people', () => {
  fc.assert(
    fc.property(fc.nat(500), (seed) => {
      const days = 120;
      const organisation = makeOrganisation(120, days, seed);
      for (let day = 0; day < days; day++) {
        moveToday(organisation, day);
        for (const person of organisation.people) {
          if (person.moves.length === 0) continue;
          expect(person.team).toBe(teamOn(person, day));
          expect(person.team.members.filter((member) => member === person)).toHaveLength(1);
          expect(person.team.department).toBe(person.role.department);
          expect(supervisorOf(person, person.team)).not.toBe(person);
        }
      }
      for (const person of organisation.people)
        for (const span of person.assignments) expect(span.to <= span.project.to || span.to === NEVER).toBe(true);
    }),
    { numRuns: 15 },
  );
});

test('a reorganisation moves several people on one day, and changes what some of them work on', () => {
  const days = 300;
  let [moved, reassigned] = [0, 0];
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    for (const person of makeOrganisation(300, days, seed).people) {
      for (const { day } of person.moves) {
        moved++;
        const before = projectsOf(person, day - 1).map((project) => project.name);
        const after = projectsOf(person, day).map((project) => project.name);
        if (before.join() !== after.join()) reassigned++;
      }
    }
  }
  expect(moved).toBeGreaterThan(30);
  expect(reassigned).toBeGreaterThan(moved / 10);
});

test('every rhythm goes on and brings something', () => {
  const choices = fc.record({
    pacing: fc.constantFrom(...PACINGS),
    span: fc.integer({ min: 1, max: 200 }),
    sittings: fc.integer({ min: 1, max: 40 }),
    seed: fc.integer(),
    mean: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(choices, ({ pacing, span, sittings, seed, mean }) => {
      const pace = rhythm(pacing, span, sittings, new Random(seed));
      for (let progress = 0; progress <= 1; progress += 0.1) {
        for (const value of [pace.gap(progress), pace.size(progress, mean)]) {
          expect(Number.isInteger(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(1);
        }
      }
    }),
  );
});
