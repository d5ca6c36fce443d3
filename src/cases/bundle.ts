/**
 * A case as a bundle: every step as it lies in casework, with the entry of the ledger that speaks of it and the proof that
 * this entry is in the log. Writing the bundle is an entry itself, whose digest covers all the rest: a bundle from which
 * the last steps were left out, such as a clearing, does not pass.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { canonical, type Json, type Ledger, listEntries, proveEntry, record, selectSalted } from '../ledger/ledger.ts';
import { sha256 } from './digest.ts';
import { readKept } from './files.ts';
import { STEPS_TABLE } from './store.ts';
import { namesIn, staffOf } from './story.ts';
import { type Cases, caseOf, type Person } from './work.ts';

export const FORMAT = 'countersign-case@v1';
const hex = z.string().regex(/^[0-9a-f]{64}$/);

const BundleStep = z.strictObject({
  n: z.int(),
  by: z.string(),
  at: z.string(),
  /** As it was taken; kept as it stands, since every sign of it is covered. */
  step: z.record(z.string(), z.unknown()),
  /** The row as the engine writes it; SHA-256 of salt and content is the hash that the entry states. */
  content: z.string(),
  salt: hex,
  /** A C2SP tlog-proof that carries the entry. */
  proof: z.string(),
});

export const Bundle = z.strictObject({
  format: z.literal(FORMAT),
  case: z.string().regex(/^[0-9A-Z]{8}$/),
  /** The person's name in this case. */
  alias: z.string(),
  exported_at: z.string(),
  exported_by: z.string(),
  /** Names of accounts, as the program knew them then. */
  names: z.record(z.string(), z.string()),
  /** Whose signature is on the checkpoint; a policy says whether to trust it. */
  verifier_key: z.string(),
  steps: z.array(BundleStep).min(1),
  evidence: z.array(z.strictObject({ id: z.string(), sha256: hex, size: z.int(), base64: z.base64().optional() })),
  /** That of the entry which covers everything above. */
  proof: z.string(),
});
export type Bundle = z.output<typeof Bundle>;

/** What the export's entry covers: all but the proofs, which are made afterwards, and bytes that their hashes stand for. */
export function digestOf({ proof: _, steps, evidence, ...rest }: Bundle): string {
  const covered = {
    ...rest,
    steps: steps.map(({ proof: _, ...step }) => step),
    evidence: evidence.map(({ base64: _, ...one }) => one),
  };
  return sha256(canonical(covered as unknown as Json));
}

/** A case with its proofs, for a member; the bytes of evidence are in it. Throws `not-found`, `ledger-damaged`. */
export async function bundleOf(cases: Cases, person: Person, caseId: string): Promise<Bundle> {
  const { ledger } = cases;
  if (ledger === undefined) throw new Fault('defect', 'A bundle needs the ledger.');
  const { row, found } = await caseOf(cases, person, caseId);
  const keys = found.steps.map((_, index) => `${caseId}/${index + 1}`);
  const salted = new Map((await selectSalted(cases.casework, STEPS_TABLE, keys)).map((one) => [one.key, one]));
  const indexes = await entriesOf(ledger, caseId, new Map([...salted].map(([key, { hash }]) => [key, hash])));
  const nameOf = namesIn(await staffOf(cases));
  const unproven: Bundle = {
    ...{ format: FORMAT, case: caseId, alias: row.alias, proof: '' },
    ...{ exported_at: cases.clock().toISOString(), exported_by: person.account },
    names: Object.fromEntries(found.steps.map(({ by }) => [by, nameOf(by)])),
    verifier_key: readFileSync(join(ledger.places.folder, 'vkey'), 'utf8').trim(),
    steps: found.steps.map(({ step, by, at }, index) => {
      const { content, salt } = salted.get(keys[index]!)!;
      return { n: index + 1, by, at, step, content, salt, proof: '' };
    }),
    evidence: await Promise.all(
      [...found.stored].map(async ([id, size]) => {
        const hash = found.evidence.get(id)!.step.sha256;
        const bytes = await readKept(cases.dir, caseId, hash);
        return { id, sha256: hash, size, base64: bytes.toString('base64') };
      }),
    ),
  };
  const act = { actor: `account:${person.account}`, act: 'case.export', on: [`case:${caseId}`] };
  const { index } = await record(ledger, { ...act, digest: digestOf(unproven) });
  const steps = unproven.steps.map(async (step, at) => ({
    ...step,
    proof: (await proveEntry(ledger, indexes.get(keys[at]!)!)).proof,
  }));
  return { ...unproven, steps: await Promise.all(steps), proof: (await proveEntry(ledger, index)).proof };
}

/** The last entry that speaks of each row, by the row's key. Throws `ledger-damaged` where there is none with its hash. */
async function entriesOf(
  ledger: Ledger,
  caseId: string,
  hashes: ReadonlyMap<string, string | null>,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const filter = { on: `case:${caseId}`, kind: 'intent' } as const;
  for (let before: number | undefined, more = true; more && found.size < hashes.size; ) {
    const { entries, next } = await listEntries(ledger, filter, { before, limit: 500 });
    for (const { index, rows = [] } of entries)
      for (const { table, key, hash } of rows)
        if (table === STEPS_TABLE.table && !found.has(key) && hashes.get(key) === hash) found.set(key, index);
    more = next !== null;
    before = next ?? 0;
  }
  const missing = [...hashes.keys()].find((key) => !found.has(key));
  if (missing === undefined) return found;
  throw new Fault('ledger-damaged', `The step ${missing} is not what the ledger says of it.`, { place: missing });
}
