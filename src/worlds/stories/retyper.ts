import { type Actor, homePath, mark, openPaper, type Play, touch } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { mixedDocuments } from '../choice.ts';
import { ownName } from '../papers.ts';
import type { Random } from '../random.ts';
import { type Document, someWords } from '../register.ts';
import { drawTastes, sitDown } from '../sitting.ts';
import { newMedium } from '../staff.ts';
import { PRIVATE_STORAGE } from '../words.ts';
import { PACINGS, type Pacing, rhythm } from './pacing.ts';

type Note = { readonly name: string; readonly document: Document; readonly words: string };
type Channel = 'cloud_private' | 'mail_private' | 'usb';

/** Notes leave: uploaded one by one, mailed home, or put on a medium. Returns the second after the last. */
function send(
  actor: Actor,
  start: number,
  notes: readonly Note[],
  channel: Channel,
  host: string,
  tree: string,
): number {
  const { world, person, random } = actor;
  const { book } = world;
  let second = start;
  if (channel === 'usb') book.device(second, person.id, actor.pc!, tree, 'Connect', mark(actor, 'exfil'));
  for (const { name, document, words } of notes) {
    second += random.between(20, 110);
    const why = mark(actor, 'exfil', [document]);
    const text = random.chance(0.5) ? words : '';
    if (channel === 'cloud_private') {
      book.web(
        second,
        person.id,
        actor.pc!,
        world.sites.upload(host, random.chance(0.5) ? name : '', text, random),
        why,
      );
    } else if (channel === 'usb') {
      book.file(second, person.id, actor.pc!, homePath(person, name), 'File Copy', 'to', text, why);
    } else {
      const bytes = random.between(2000, 60_000);
      const body = `${bytes + random.between(900, 9000)},${homePath(person, name)}(${bytes}),${text}`;
      book.email(second, person.id, actor.pc!, `${person.privateMail},,,${person.email}`, 'Send', body, why);
    }
  }
  if (channel === 'usb')
    book.device(second + random.between(20, 300), person.id, actor.pc!, tree, 'Disconnect', mark(actor, 'exfil'));
  return second;
}

/** J: nothing is copied. What was read is written down again under harmless names, and the notes leave. */
export function retyper(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.assignments.length > 0 && one.role.department !== 'Networks');
  if (!person) return undefined;
  const draw = random.next();
  const channel: Channel = draw < 0.65 ? 'cloud_private' : draw < 0.85 ? 'mail_private' : 'usb';
  const pacing: Pacing = random.pick(PACINGS);
  const actor = casting.actor(person, random, { scenario: 'J', group: casting.group('J'), pacing, channel });
  const host = random.pick(PRIVATE_STORAGE);
  const tree = person.temper.media > 0 ? person.media[0]! : newMedium(random);
  const { days } = world.calendar;
  const first = dayBetween(world, random, 0.15, 0.55);
  const last = Math.min(days - 2, first + Math.round(days * (0.2 + random.next() * 0.3)));
  const pace = rhythm(pacing, last - first, random.between(7, 17), random);
  const mean = 1 + random.next() * 1.6;
  const own = 0.3 + 0.5 * random.next();
  const tastes = drawTastes(actor);
  const waits = 0.3 + 0.4 * random.next();
  const greed = random.next();
  let notes: Note[] = [];
  let next = first;

  return {
    live() {
      if (world.day < next || world.day > last || world.presence[person.index]!.away) return;
      const progress = (world.day - first) / Math.max(1, last - first);
      const count = pace.size(progress, mean);
      const sitting = sitDown(actor, tastes, count * 1500 + 900);
      if (!sitting) return;
      const at = sitting.actor;
      let second = sitting.start;
      for (const document of mixedDocuments(at, count, own, { closed: 0.2, greed })) {
        openPaper(at, second, document);
        second += 150 + random.exponential(900);
        if (second > sitting.end) break;
        const words = someWords(document, random);
        const name = ownName(random);
        touch(at, second, homePath(person, name), 'File Write', random.chance(0.85) ? words : '', 'retype');
        notes.push({ name, document, words });
        second += random.between(5, 400);
      }
      if (notes.length > 0 && !random.chance(waits)) {
        second = send(at, Math.min(85_000, second + 60 + random.exponential(500)), notes, channel, host, tree);
        notes = [];
      }
      sitting.close(second);
      next = world.day + pace.gap(progress);
    },
  };
}
