import { foreignDocuments, homePath, mark, openPaper, ownDocuments, type Play, sessions, touch } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { ownName } from '../habits.ts';
import type { Random } from '../random.ts';
import { type Document, someWords } from '../register.ts';
import { PRIVATE_STORAGE } from '../words.ts';

/** J: nothing is copied. What was read is written down again under harmless names, and the notes are uploaded. */
export function retyper(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(
    random,
    (one) => one.assignments.length > 0 && one.role.clearance >= 2 && one.role.department !== 'Networks',
  );
  if (!person) return undefined;
  const actor = casting.actor(person, random, {
    scenario: 'J',
    group: casting.group('J'),
    pacing: 'steady',
    channel: 'cloud_private',
  });
  const host = random.pick(PRIVATE_STORAGE);
  const first = dayBetween(world, random, 0.2, 0.5);
  const last = Math.min(
    world.calendar.days - 1,
    first + Math.round(world.calendar.days * (0.25 + random.next() * 0.2)),
  );
  const notes: { name: string; documents: Document[]; words: string }[] = [];

  return sessions(actor, { first, last, every: [2, 6] }, (presence, progress) => {
    const wanted = [
      ...ownDocuments(actor, random.between(1, 3)),
      ...foreignDocuments(actor, random.between(0, 2), { lowest: 1 }),
    ];
    if (wanted.length === 0) return;
    const note = { name: ownName(random), documents: wanted, words: someWords(wanted[0]!, random) };
    let second = presence.to - random.between(2400, 7200);
    for (const document of wanted) {
      openPaper(actor, second, document);
      second += random.between(200, 900);
      const words = random.chance(0.7) ? someWords(document, random) : '';
      touch(actor, second, homePath(person, note.name), 'File Write', words, 'retype');
    }
    notes.push(note);
    if (notes.length < 4 && progress < 0.9) return;
    for (const one of notes.splice(0)) {
      second += random.between(30, 240);
      const row = world.sites.upload(
        host,
        random.chance(0.5) ? one.name : '',
        random.chance(0.5) ? one.words : '',
        random,
      );
      world.book.web(second, person.id, presence.pc, row, mark(actor, 'exfil', one.documents));
    }
    presence.to = Math.max(presence.to, second + 60);
  });
}
