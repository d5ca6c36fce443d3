import { type Actor, carry, mailOut, pack, printPaper, upload } from '../acts.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';
import { newMedium } from '../staff.ts';
import { PRIVATE_STORAGE } from '../words.ts';

/** A way documents leave by. `out` returns the second at which the last is out. */
export type Way = {
  readonly channel: 'usb' | 'cloud_private' | 'mail_private' | 'print';
  readonly out: (actor: Actor, second: number, documents: readonly Document[]) => number;
};

/** A medium that is in use anyway, or one nobody has seen before. */
export function stick(actor: Actor): Way {
  const { random, person } = actor;
  const known = person.temper.media > 0 && random.chance(0.55);
  const trees = known ? person.media : [newMedium(random)];
  const several = random.chance(0.3) ? [...trees, newMedium(random)] : trees.slice(0, 1);
  const pace = random.between(50, 110);
  return {
    channel: 'usb',
    out: (at, second, documents) => carry(at, second, documents, random.pick(several), pace),
  };
}

export function cloud(actor: Actor): Way {
  const { random, person } = actor;
  const host = person.temper.cloud > 0 ? person.temper.hosts[0]! : random.pick(PRIVATE_STORAGE);
  return { channel: 'cloud_private', out: (at, second, documents) => upload(at, second, documents, host) };
}

/** The own private address, or another one there, in an archive or as they are. */
export function privateMail(actor: Actor, address = actor.person.privateMail): Way {
  const packs = actor.random.chance(0.75) ? 0.9 : 0.15;
  return {
    channel: 'mail_private',
    out(at, start, documents) {
      const { random } = at;
      let second = start;
      // Few mail more than a handful at once.
      for (let first = 0; first < documents.length; first += 6) {
        const some = documents.slice(first, first + 6);
        const packed = random.chance(packs) ? pack(at, second, some) : undefined;
        second += random.between(30, 200);
        mailOut(at, second, address, some, packed);
        second += random.between(60, 600);
      }
      return second;
    },
  };
}

export function paper(): Way {
  return {
    channel: 'print',
    out(at, start, documents) {
      let second = start;
      for (const document of documents) {
        printPaper(at, second, document, true);
        second += at.random.between(20, 230);
      }
      return second;
    },
  };
}

/** One of several ways, by weights: stick, cloud, private mail, paper. */
export function someWay(actor: Actor, random: Random, weights: readonly [number, number, number, number]): Way {
  let draw = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  const ways = [stick, cloud, privateMail, paper];
  const index = weights.findIndex((weight) => {
    draw -= weight;
    return draw < 0;
  });
  return ways[Math.max(0, index)]!(actor);
}
