import type { Random } from './random.ts';
import { FAMILY_ENDS, INSIDE_DOMAIN, NAME_ENDS, NAME_STARTS } from './words.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPRSTUVWXYZ';

/** Unique made-up names and account ids. */
export class Names {
  private readonly usedIds = new Set<string>();
  private readonly usedMails = new Set<string>();
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  next(): { id: string; name: string; email: string; local: string } {
    const r = this.random;
    const given = r.pick(NAME_STARTS) + r.pick(NAME_ENDS);
    const family = r.pick(NAME_STARTS) + r.pick(NAME_ENDS) + (r.chance(0.6) ? r.pick(FAMILY_ENDS) : '');
    let local = `${given}.${family}`.toLowerCase();
    for (let i = 2; this.usedMails.has(local); i++) local = `${given}.${family}${i}`.toLowerCase();
    this.usedMails.add(local);
    let id = '';
    do {
      id = `${given[0]}${r.pick([...LETTERS])}${family[0]}${r.between(1000, 9999)}`;
    } while (this.usedIds.has(id));
    this.usedIds.add(id);
    return { id, name: `${given} ${family}`, email: `${local}@${INSIDE_DOMAIN}`, local };
  }
}
