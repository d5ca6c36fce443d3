/** Verifying a bundle: offline, by anybody, with nothing but the bundle and, to know whose word it is, a policy. */
import { asFault, Fault } from '../base/fault.ts';
import {
  canonical,
  decodeEntry,
  type Entry,
  type Json,
  NO_POLICY,
  NoteError,
  type Policy,
  parsePolicy,
  verifyProof,
} from '../ledger/ledger.ts';
import { Bundle, digestOf } from './bundle.ts';
import { sha256 } from './digest.ts';
import { PROGRAM, SUBJECT } from './step.ts';

export interface Verified {
  readonly case: string;
  readonly steps: number;
  readonly evidence: number;
  readonly origin: string;
  readonly size: number;
  /** Names of the policy's witnesses that cosigned. */
  readonly witnesses: readonly string[];
  /** Without a policy the bundle's own key was taken, which says only that it fits together. */
  readonly ownKey: boolean;
}

function refuse(place: string, why: string): never {
  throw new Fault('ledger-refuted', `The bundle does not hold: ${place} ${why}.`, { place });
}

/**
 * Checks that nothing of a case was changed, left out or added since it was exported. `bytesOf` gives the bytes of evidence
 * that are not in the bundle itself. Throws `ledger-refuted`, naming what does not hold and where.
 */
export function verifyBundle(
  text: string,
  bytesOf: (sha256: string) => Buffer | undefined,
  policy: Policy = NO_POLICY,
): Verified {
  const bundle = read(text);
  try {
    return check(bundle, bytesOf, policy);
  } catch (error) {
    // A number that has no place in the ledger was not in the bundle when it was made.
    if (asFault(error).code === 'defect') return refuse('the bundle', 'holds what no bundle holds');
    throw error;
  }
}

function check(bundle: Bundle, bytesOf: (sha256: string) => Buffer | undefined, policy: Policy): Verified {
  const ownKey = policy.logs.length === 0;
  const trusted = ownKey ? ownPolicy(bundle.verifier_key) : policy;
  const whole = proven(bundle.proof, trusted, 'the export');
  const on = `case:${bundle.case}`;
  const exports = whole.entry.act === 'case.export' && whole.entry.on?.[0] === on;
  if (!exports) refuse('the export', 'is proven by an entry about something else');
  if (whole.entry.actor !== `account:${bundle.exported_by}`) refuse('the export', 'was made by somebody else');
  for (const [index, step] of bundle.steps.entries()) checkStep(bundle, step, index + 1, trusted);
  checkEvidence(bundle, bytesOf);
  // Last, because what was changed is named better by what it is.
  if (whole.entry.digest !== digestOf(bundle))
    refuse('the bundle', 'is not as it was exported: something was left out, added or changed');
  const { checkpoint, witnesses } = whole;
  return {
    ...{ case: bundle.case, steps: bundle.steps.length, evidence: bundle.evidence.length, ownKey },
    ...{ origin: checkpoint.origin, size: checkpoint.size, witnesses },
  };
}

function read(text: string): Bundle {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('the file', 'is not JSON');
  }
  const result = Bundle.safeParse(value);
  if (result.success) return result.data;
  return refuse(result.error.issues[0]?.path.join('.') || 'the file', 'is not what a bundle has there');
}

function ownPolicy(key: string): Policy {
  try {
    return parsePolicy(`log ${key}\nquorum none\n`);
  } catch {
    return refuse('verifier_key', 'is not a key');
  }
}

function proven(proof: string, policy: Policy, place: string) {
  try {
    const found = verifyProof(proof, policy);
    const entry = decodeEntry(found.entry);
    return { ...found, entry: entry ?? refuse(place, 'is proven by something that is no entry') };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return refuse(place, `has a proof that does not hold: ${error.message}`);
  }
}

type BundleStep = Bundle['steps'][number];

function checkStep(bundle: Bundle, step: BundleStep, n: number, policy: Policy): void {
  const place = `step ${n}`;
  if (step.n !== n) refuse(place, `is missing; step ${step.n} stands there`);
  const { entry } = proven(step.proof, policy, place);
  const key = `${bundle.case}/${n}`;
  const row = entry.rows?.find((one) => one.table === 'case_steps' && one.key === key);
  if (row === undefined) refuse(place, 'is proven by an entry about something else');
  if (row?.hash !== sha256(step.salt + step.content)) refuse(place, 'is not what its entry in the ledger says');
  checkContent(bundle.case, step, place);
  checkActor(entry, step, place);
}

/** What is shown must be what was hashed: the columns of the row, in their order. */
function checkContent(caseId: string, { n, by, at, step, content }: BundleStep, place: string): void {
  const columns = JSON.parse(content) as [string, number, string, Json, string, number];
  const [, , kind, kept, takenBy, takenAt] = columns;
  const shown = [caseId, n, step.kind, by];
  if (canonical([columns[0], columns[1], kind, takenBy]) !== canonical(shown as Json[]))
    refuse(place, 'is shown as another than was kept');
  if (canonical(kept) !== canonical(step as Json)) refuse(place, 'is shown with other words than were kept');
  if (new Date(Math.round(takenAt * 1000)).toISOString() !== at)
    refuse(place, 'is shown with another time than was kept');
}

/** Who the ledger says did it. What the program does follows from somebody's step, and stands in that step's entry. */
function checkActor({ actor }: Entry, { by }: BundleStep, place: string): void {
  const isProgram = by === PROGRAM;
  const expected = by === SUBJECT ? `system:${SUBJECT}` : `account:${by}`;
  if (!isProgram && actor !== expected) refuse(place, 'was taken by somebody else, as the ledger says');
}

function checkEvidence(bundle: Bundle, bytesOf: (sha256: string) => Buffer | undefined): void {
  const steps = bundle.steps.map(({ step }) => step);
  const kept = new Set(steps.filter(({ kind }) => kind === 'stored').map(({ evidence }) => evidence));
  for (const { id, sha256: hash, size, base64 } of bundle.evidence) {
    const place = `evidence ${id}`;
    const added = steps.find((step) => step.kind === 'evidence' && step.id === id);
    if (added?.sha256 !== hash || !kept.delete(id)) refuse(place, 'is not what was added to the case');
    const bytes = base64 === undefined ? bytesOf(hash) : Buffer.from(base64, 'base64');
    if (bytes === undefined) refuse(place, 'is missing: its bytes are not here');
    const isTrue = bytes?.length === size && sha256(bytes) === hash;
    if (!isTrue || (base64 !== undefined && bytes?.toString('base64') !== base64))
      refuse(place, 'was changed: its hash is another');
  }
  for (const id of kept) refuse(`evidence ${String(id)}`, 'is missing, although the case keeps its bytes');
}
