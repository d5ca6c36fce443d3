/** Whether copies of documents are to be kept because of a case. Who asks learns yes or no, and never which case. */
import { personOf, QUEUE, type Sealed } from '../identities/identities.ts';
import { type Case, standing } from './case.ts';
import { readCase } from './order.ts';
import * as store from './store.ts';
import { type Cases, today } from './work.ts';

/**
 * Whether a case holds copies (`copies_hold`), or is held itself by law, and this is one of them: a copy of a document that
 * the case names or, while its copies are held, one that its person has. `holder` is an account of the directory.
 */
export async function isHeldByCase(
  cases: Pick<Cases, 'clock'> & Sealed,
  { path, holder }: { path: string; holder: string | undefined },
): Promise<boolean> {
  const { casework } = cases;
  const rows = await store.allCases(casework);
  const steps = await store.selectStepsOf(
    casework,
    rows.map(({ id }) => id),
  );
  const day = today(cases as Cases);
  for (const { id, lead } of rows) {
    const found = readCase(steps.get(id)!);
    const holdsCopies = copiesHeld(found);
    const isHeld = holdsCopies || (found.heldUntil !== undefined && found.heldUntil >= day);
    if (isHeld && found.documents.has(path)) return true;
    if (holdsCopies && holder !== undefined && (await personOf(cases, QUEUE, lead)) === holder) return true;
  }
  return false;
}

const copiesHeld = (found: Case): boolean =>
  standing(found.effects, found).some(({ step }) => step.effect === 'copies_hold');
