/** Decoys: documents that nobody needs, so that opening one is a reason to look. Which they are stands sealed. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import { LEVELS, type Level } from '../base/level.ts';
import { change, record } from '../ledger/ledger.ts';
import type { Data } from '../stores/data.ts';
import { type DecoyFormat, type DecoyLanguage, decoyFile, decoyPaper } from './decoy-files.ts';
import type { Marks } from './issue.ts';
import * as store from './store.ts';

export interface DecoyKind {
  readonly template: string;
  readonly language: DecoyLanguage;
  readonly format: DecoyFormat;
  /** The folder it is put in, and what the logs call that folder; undefined where they call it the same. */
  readonly place: string;
  readonly loggedAs: string | undefined;
  readonly level: Level;
  readonly team: string;
  readonly project: string;
  /** From which day on opening it counts, YYYY-MM-DD. */
  readonly from: string;
}

export interface Decoy {
  readonly id: string;
  /** As the logs call it. */
  readonly path: string;
  readonly file: string;
  readonly placed: string;
  readonly retired: string | null;
  /** Acts on it in the logs, by anybody: one that was found is known, and to be replaced. */
  readonly openings: number;
}

type Room = Marks & Pick<Data, 'events'>;

interface Sealed {
  readonly path: string;
  readonly file: string;
  readonly sha256: string;
  readonly kind: DecoyKind;
}

/** Makes one, writes it where it belongs, and lets the detections know. Errors: invalid-input when a file is there already. */
export async function makeDecoy(room: Room, kind: DecoyKind): Promise<Decoy> {
  const paper = decoyPaper(kind.language, kind.template, randomBytes(32));
  const bytes = await decoyFile(paper, kind.format);
  const name = `${paper.title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')}.${kind.format}`;
  const file = resolve(kind.place, name);
  if (existsSync(file)) throw new Fault('invalid-input', 'A file of this name is there already.', { place: file });
  const path = kind.loggedAs === undefined ? file : joined(kind.loggedAs, name);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const id = randomId(10);
  const sealed = room.sealing.seal(JSON.stringify({ path, file, sha256, kind } satisfies Sealed), 'decoy', id);
  await mkdir(kind.place, { recursive: true });
  // The ledger says that there is one more, and not which: its readers are not to learn the list.
  const act = { actor: 'system:machine', act: 'decoy.place', on: [`decoy:${id}`] };
  await change(room.ledger, room.casework, act, async (tx, touch) => {
    const row = { id, sealed, placed: kind.from, retired: null, made_at: room.clock() };
    await store.insertDecoy(tx, row);
    touch('decoy_documents', id);
  });
  await writeFile(file, bytes, { flag: 'wx', mode: 0o644 });
  const level = LEVELS.indexOf(kind.level);
  await store.registerDocument(room.events, { ...kind, path, level, placed: kind.from });
  await store.insertDecoyEvent(room.events, { path, placed: kind.from });
  return { id, path, file, placed: kind.from, retired: null, openings: 0 };
}

/** A share's path has its own separator. */
const joined = (folder: string, name: string): string =>
  folder.includes('\\') ? `${folder.replace(/\\+$/, '')}\\${name}` : join(folder, name);

/** All of them, those made here; the looking is recorded before it is done. */
export async function listDecoys(room: Room): Promise<Decoy[]> {
  await record(room.ledger, { actor: 'system:machine', act: 'decoy.list' });
  const decoys: Decoy[] = [];
  for (const { id, sealed, placed, retired } of await store.selectDecoys(room.casework)) {
    const { path, file } = opened(room, id, sealed);
    decoys.push({ id, path, file, placed, retired, openings: await store.openings(room.events, path) });
  }
  return decoys;
}

/** From this day on opening it is nothing. The file stays: who takes it away decides where it lies. Errors: not-found. */
export async function retireDecoy(room: Room, id: string, day: string): Promise<Decoy> {
  const row = (await store.selectDecoys(room.casework)).find((one) => one.id === id);
  if (!row || row.retired !== null) throw new Fault('not-found', 'There is no decoy of this id in use.', { place: id });
  if (day < row.placed) throw new Fault('invalid-input', 'It was placed later than that.', { place: '--from' });
  const { path, file } = opened(room, id, row.sealed);
  const act = { actor: 'system:machine', act: 'decoy.retire', on: [`decoy:${id}`] };
  await change(room.ledger, room.casework, act, async (tx, touch) => {
    await store.retireDecoy(tx, id, day);
    touch('decoy_documents', id);
  });
  await store.insertDecoyEvent(room.events, { path, placed: row.placed, retired: day });
  return { id, path, file, placed: row.placed, retired: day, openings: await store.openings(room.events, path) };
}

const opened = ({ sealing }: Room, id: string, sealed: string): Sealed =>
  JSON.parse(sealing.open(sealed, 'decoy', id)) as Sealed;
