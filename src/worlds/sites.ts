import { type Random, streamOf } from './random.ts';
import { JOB_SITES, JOB_WORDS, PRIVATE_MAIL, SITE_KINDS, SITE_NAMES, SUBJECTS } from './words.ts';

type Site = { readonly host: string; readonly pages: readonly string[]; readonly files: readonly string[] };

const PAGES = 40;

function words(random: Random): string {
  return random.chance(0.5) ? '' : `${random.pick(SUBJECTS)} ${random.pick(SUBJECTS)} ${random.pick(SUBJECTS)}`;
}

/** The web as the organisation sees it: ready-made row ends `url,activity,content`, so that a row costs one addition. */
export class Sites {
  readonly all: Site[] = [];
  /** Favourite sites of each person, the most visited first. */
  private readonly favourites: Site[][] = [];

  constructor(people: number, seed: number) {
    const random = streamOf(seed, 'sites');
    const count = Math.min(SITE_KINDS.length * SITE_NAMES.length, 60 + Math.round(people / 3));
    const hosts = random.shuffle(SITE_KINDS.flatMap((kind) => SITE_NAMES.map((name) => `${name}-${kind}.example`)));
    for (const host of hosts.slice(0, count)) this.all.push(this.site(host, random));
    for (let i = 0; i < people; i++) {
      this.favourites.push(Array.from({ length: random.between(6, 22) }, () => this.all[this.rank(random)]!));
    }
  }

  private rank(random: Random): number {
    const draw = random.next();
    return Math.floor(draw * draw * this.all.length);
  }

  private site(host: string, random: Random): Site {
    const page = (activity: string) => (): string =>
      `http://${host}/${random.pick(SUBJECTS)}/${random.between(10, 99_999)},${activity},${words(random)}`;
    return {
      host,
      pages: Array.from({ length: PAGES }, page('WWW Visit')),
      files: Array.from({ length: 6 }, page('WWW Download')),
    };
  }

  /** The end of an ordinary web row. */
  visit(person: number, random: Random): string {
    const draw = random.next();
    const mine = this.favourites[person]!;
    const site = draw < 0.8 ? mine[Math.floor((draw / 0.8) ** 1.6 * mine.length)]! : this.all[this.rank(random)]!;
    const rest = random.next();
    if (rest > 0.968) return random.pick(site.files);
    if (rest > 0.961) return `http://${random.pick(PRIVATE_MAIL)}/inbox,WWW Visit,`;
    return site.pages[Math.floor(random.next() ** 1.5 * PAGES)]!;
  }

  /** A look at a job site. */
  job(random: Random): string {
    return `http://${random.pick(JOB_SITES)}/${random.pick(JOB_WORDS)}/${random.between(100, 9999)},WWW Visit,${random.pick(JOB_WORDS)} ${random.pick(JOB_WORDS)}`;
  }

  /** The end of an upload row; `name` may be empty. */
  upload(host: string, name: string, content: string, random: Random): string {
    const token = random.bits().toString(36) + random.int(1296).toString(36);
    return `http://${host}/upload/${token}${name === '' ? '' : `/${name}`},WWW Upload,${content}`;
  }
}
