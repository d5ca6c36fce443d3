import { createHash } from 'node:crypto';
import type { Day } from './calendar.ts';
import type { Climate } from './climate.ts';
import type { Organisation, Project, Team } from './organisation.ts';
import { type Random, streamOf } from './random.ts';
import { EXTENSIONS, FOLDER_CODES, PAPERS, PROJECT_FOLDERS, SUBJECTS } from './words.ts';

export const LEVELS = ['public', 'internal', 'confidential', 'secret', 'top_secret'] as const;

export type Document = {
  readonly path: string;
  readonly base: string;
  readonly title: string;
  /** 0 public to 4 top_secret. */
  readonly level: number;
  readonly team: Team | undefined;
  readonly project: Project | undefined;
  readonly registered: Day;
  readonly bytes: number;
  readonly words: readonly string[];
  /** Working papers on the shares that nobody registered are not in documents.csv. */
  readonly listed: boolean;
};

/** Documents of one place, oldest first. `open` of them are registered by the current day. */
export type Collection = { readonly documents: Document[]; open: number };

/** Cumulative shares of the levels for sensitivity 0, 1, 2; the last row is for common papers. */
const LEVEL_SHARES: readonly (readonly number[])[] = [
  [0.14, 0.72, 0.96, 1, 1],
  [0.07, 0.54, 0.88, 0.99, 1],
  [0.02, 0.28, 0.66, 0.93, 1],
  [0.45, 0.98, 1, 1, 1],
];

export class Register {
  readonly all: Document[] = [];
  readonly byProject = new Map<Project, Collection>();
  readonly byTeam = new Map<Team, Collection>();
  readonly common: Collection = { documents: [], open: 0 };
  readonly closed: Collection[] = [];
  readonly active: Collection[] = [];
  readonly decoys: Document[] = [];
  private readonly random: Random;
  private serial = 0;
  /** Numbers left out in the middle of projects: decoys get them, so that a number does not give a decoy away. */
  private readonly spared = new Map<Project, number[]>();
  private readonly technical: readonly Team[];
  private readonly climate: Climate;
  /** The words of a place: its papers are about the same things. */
  private readonly vocabularies = new Map<string, readonly string[]>();

  constructor(organisation: Organisation, days: number, seed: number) {
    this.random = streamOf(seed, 'register');
    const random = this.random;
    this.climate = organisation.climate;
    this.technical = organisation.teams.filter((team) => team.members.some((person) => person.role.technical));
    for (const project of [...organisation.projects, ...organisation.closed]) {
      const closed = project.to < 0;
      const until = Math.min(project.to, days);
      const old = project.from < 0 ? Math.round(Math.exp(random.normal(4.85, 0.55))) : 0;
      const recent = closed ? 0 : random.count((until - Math.max(0, project.from)) * 0.24);
      const dates = [
        ...Array.from({ length: old }, () => random.between(project.from, Math.min(-1, project.to))),
        ...Array.from({ length: recent }, () => random.between(Math.max(0, project.from), Math.max(0, until - 1))),
        ...(project.from >= 0 ? Array.from({ length: 12 }, () => project.from) : []),
      ].sort((a, b) => a - b);
      const owners = this.owners(project);
      const collection = { documents: dates.map((day) => this.projectPaper(project, owners, day)), open: 0 };
      this.byProject.set(project, collection);
      (closed ? this.closed : this.active).push(collection);
    }
    for (const team of organisation.teams) {
      const size = Math.round(Math.exp(random.normal(3.7, 0.4))) + random.count(days * 0.05);
      this.byTeam.set(team, { documents: this.dates(size, days).map((day) => this.teamPaper(team, day)), open: 0 });
    }
    const size = 60 + Math.round(organisation.people.length / 3);
    for (const day of this.dates(size, days)) this.common.documents.push(this.commonPaper(day));
    this.placeDecoys(organisation, days);
    this.all.sort((a, b) => a.registered - b.registered || (a.path < b.path ? -1 : 1));
  }

  private dates(count: number, days: number): Day[] {
    return Array.from({ length: count }, () => this.random.between(-1500, days - 1)).sort((a, b) => a - b);
  }

  /** The teams that own a project's papers; of closed projects three teams that still exist. */
  private owners(project: Project): Team[] {
    const teams = [...new Set(project.members.map((person) => person.team))];
    if (teams.length > 0 || this.technical.length === 0) return teams;
    return [1, 2, 3].map(() => this.random.pick(this.technical));
  }

  /** Opens the documents registered by `day`; call once a day, in order. */
  advance(day: Day): void {
    const open = (collection: Collection): void => {
      while (
        collection.open < collection.documents.length &&
        collection.documents[collection.open]!.registered <= day
      ) {
        collection.open++;
      }
    };
    for (const collection of this.byProject.values()) open(collection);
    for (const collection of this.byTeam.values()) open(collection);
    open(this.common);
  }

  private level(shares: readonly number[]): number {
    const value = this.random.next();
    const level = shares.findIndex((limit) => value < limit);
    return level > 0 && this.random.chance(this.climate.milder) ? level - 1 : level;
  }

  /** Some 26 words, mostly the things it is about, drawn once for each place. */
  vocabulary(place: string): readonly string[] {
    let words = this.vocabularies.get(place);
    if (!words) {
      words = [...this.random.shuffle(SUBJECTS).slice(0, 19), ...this.random.shuffle(PAPERS).slice(0, 7)];
      this.vocabularies.set(place, words);
    }
    return words;
  }

  private paper(
    folder: string,
    code: string,
    level: number,
    day: Day,
    place: Partial<Document>,
    serial = ++this.serial,
  ): Document {
    const random = this.random;
    const words = this.vocabulary(place.project?.name ?? place.team?.name ?? 'common');
    const subject = words[random.int(19)]!;
    const second = random.pick(words);
    const kind = random.chance(0.5) ? words[19 + random.int(7)]! : random.pick(PAPERS);
    const number = String(serial).padStart(5, '0');
    const extension = random.pick(EXTENSIONS);
    const base = `${code}${number}-${subject}-${kind}.${extension}`.toLowerCase();
    const title = `${subject[0]!.toUpperCase()}${subject.slice(1)} ${second} ${kind}`;
    const document: Document = {
      path: `${folder}${base}`,
      base,
      title,
      level,
      team: undefined,
      project: undefined,
      registered: day,
      bytes: Math.round(Math.exp(random.normal(12.6, 1.15))),
      words: [subject, kind, second, random.pick(words), random.pick(random.chance(0.7) ? words : SUBJECTS)],
      listed: true,
      ...place,
    };
    if (document.listed) this.all.push(document);
    return document;
  }

  private projectPaper(project: Project, owners: readonly Team[], day: Day): Document {
    if (this.random.chance(0.02)) this.spared.set(project, [...(this.spared.get(project) ?? []), ++this.serial]);
    const place = this.random.int(PROJECT_FOLDERS.length);
    const code = `${project.code}-${FOLDER_CODES[place]!}-`;
    const team = owners.length > 0 ? this.random.pick(owners) : undefined;
    const listed = !this.random.chance(this.climate.unregistered);
    const level = this.level(LEVEL_SHARES[project.sensitivity]!);
    return this.paper(`${project.folder}${PROJECT_FOLDERS[place]!}\\`, code, level, day, { project, team, listed });
  }

  private teamPaper(team: Team, day: Day): Document {
    const listed = !this.random.chance(this.climate.unregistered);
    const sensitive = team.department === 'Personnel' || team.department === 'LegalOffice' ? 1 : 0;
    return this.paper(team.folder, `${team.code}-`, this.level(LEVEL_SHARES[sensitive]!), day, { team, listed });
  }

  private commonPaper(day: Day): Document {
    return this.paper('\\\\fs04\\common\\handbook\\', 'hb-', this.level(LEVEL_SHARES[3]!), day, {});
  }

  private placeDecoys(organisation: Organisation, days: number): void {
    const places = [...organisation.projects, ...organisation.closed];
    const count = Math.max(3, Math.round(organisation.people.length / 24));
    for (let i = 0; i < count; i++) {
      const project = this.random.pick(places);
      const day = this.random.chance(0.8) ? -this.random.between(5, 90) : this.random.between(0, Math.max(0, days - 1));
      const owners = this.owners(project);
      const team = owners.length > 0 ? this.random.pick(owners) : undefined;
      const place = this.random.int(PROJECT_FOLDERS.length);
      const folder = `${project.folder}${PROJECT_FOLDERS[place]!}\\`;
      const code = `${project.code}-${FOLDER_CODES[place]!}-`;
      this.decoys.push(
        this.paper(folder, code, this.random.between(2, 4), day, { project, team }, this.spared.get(project)?.pop()),
      );
    }
    this.decoys.sort((a, b) => a.registered - b.registered || (a.path < b.path ? -1 : 1));
  }
}

/** The register's hash of a document's bytes (which do not exist): stable and unique. */
export function fingerprint(document: Document, seed: number): string {
  return createHash('sha256').update(`${seed}\n${document.path}\n${document.title}`).digest('hex');
}

/** Three to five words of a document, starting anywhere. */
export function someWords(document: Document, random: Random): string {
  const words = document.words;
  const first = random.int(5);
  const count = 3 + random.int(3);
  let text = words[first]!;
  for (let i = 1; i < count; i++) text += ` ${words[(first + i) % 5]!}`;
  return text;
}
