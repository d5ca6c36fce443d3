/** `countersign verify` of an exported case: a folder with bundle.json, or that file alone. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asFault, Fault } from '../base/fault.ts';
import { BUNDLE_FORMAT, verifyBundle } from '../cases/cases.ts';
import type { Policy } from '../ledger/ledger.ts';
import { formatCount } from './progress.ts';

const BUNDLE = 'bundle.json';

/** The bundle in a folder, or the file if it is one; undefined for anything else. */
export function bundleAt(path: string, isFile: boolean): string | undefined {
  if (!isFile) return existsSync(join(path, BUNDLE)) ? join(path, BUNDLE) : undefined;
  const text = readFileSync(path, 'utf8');
  const isBundle = /^\s*\{/.test(text) && (text.slice(0, 200).includes(BUNDLE_FORMAT) || path.endsWith(BUNDLE));
  return isBundle ? path : undefined;
}

export function verifyCase(file: string, policy: Policy, json: boolean, out: (text: string) => void): number {
  const beside = (sha256: string) => {
    const path = join(dirname(file), 'evidence', sha256);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  try {
    const found = verifyBundle(readFileSync(file, 'utf8'), beside, policy);
    if (json) out(JSON.stringify(found, undefined, 2));
    else {
      if (found.ownKey)
        out('note: the key was taken from the bundle itself; a policy says whose it is (--policy FILE)');
      const by = found.witnesses.length > 0 ? `cosigned by ${found.witnesses.join(', ')}` : 'cosigned by nobody';
      const what = `${formatCount(found.steps)} steps and ${formatCount(found.evidence)} pieces of evidence`;
      out(`case ${found.case}: ${what}, all as they were exported`);
      out(`they are in ${found.origin}, among ${formatCount(found.size)} entries, ${by}`);
    }
    return 0;
  } catch (error) {
    const fault = asFault(error);
    if (fault.code !== 'ledger-refuted') throw error;
    if (json) out(JSON.stringify({ refuted: fault.message, place: fault.place }, undefined, 2));
    throw new Fault('ledger-refuted', fault.message, { place: file });
  }
}
