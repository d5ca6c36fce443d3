/** A small organisation with officers, for tests: accounts, keys and a directory whose names are made up. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { type Access, createAccount, type Role } from '../access/access.ts';
import type { Account } from '../http/route.ts';
import type { Unmaskings } from './finding.ts';
import { findUnmasking } from './finding.ts';
import { openLayer } from './layers.ts';
import { confirmKey, type OfficerKey, proposeKey } from './officers.ts';
import { enrolmentStatement, type OfficerClass, sha256Hex, signStatement } from './statement.ts';
import { statementOf } from './unmasking.ts';
import { layerToOpen, openUnmasking } from './unmaskings.ts';

export const DIRECTORY = [
  'employee_name,user_id,email,role',
  '"Example, Ada",ADA0001,ada.example@house.example,Translator',
  'Bo Brown,BOB0002,bo.brown@house.example,Head',
  'Cy Clark,CYC0003,cy.clark@house.example,Clerk',
  'svc,svc_backup,,ServiceAccount',
];

/** Writes a folder with the directory above and nothing else. */
export function writeDirectory(folder: string, rows: readonly string[] = DIRECTORY): void {
  mkdirSync(join(folder, 'LDAP'), { recursive: true });
  writeFileSync(join(folder, 'LDAP', '2026-01.csv'), `${rows.join('\n')}\n`);
}

/** Cheap to compute: these passwords protect nothing. */
const CHEAP = { logN: 4, r: 1, p: 1 };

export async function makeAccount(access: Access, name: string, role: Role, person: string): Promise<Account> {
  const password = 'correct horse battery staple';
  return await createAccount({ ...access, passwordCost: CHEAP }, { name, role, password, person });
}

/** What an officer keeps on his own machine. */
export interface Officer {
  readonly account: Account;
  readonly identity: string;
  readonly recipient: string;
  readonly secret: Uint8Array;
  readonly signingKey: string;
}

export async function newOfficer(account: Account): Promise<Officer> {
  const identity = await generateX25519Identity();
  const { secretKey, publicKey } = ed25519.keygen();
  const recipient = await identityToRecipient(identity);
  return { account, identity, recipient, secret: secretKey, signingKey: Buffer.from(publicKey).toString('hex') };
}

export function propose(parts: Unmaskings, officer: Officer, officerClass: OfficerClass): Promise<OfficerKey> {
  const { account, recipient, signingKey, secret } = officer;
  const statement = enrolmentStatement({ account: account.id, class: officerClass, recipient, signingKey });
  return proposeKey(parts, account, { recipient, signingKey, proof: signStatement(statement, secret) });
}

/** Enrols an officer with somebody else's confirmation. */
export async function enrol(
  parts: Unmaskings,
  officer: Officer,
  officerClass: OfficerClass,
  confirmer: Account,
): Promise<OfficerKey> {
  const key = await propose(parts, officer, officerClass);
  return await confirmKey(parts, confirmer, key.id, key.fingerprint);
}

/** What an officer's program does with a request: open the layer that is his, sign, hand over. */
export async function openAs(parts: Unmaskings, { account, identity, secret }: Officer, id: string): Promise<void> {
  const { unmasking } = await findUnmasking(parts, account, id);
  const { layer, sealed } = await layerToOpen(parts, account, id);
  const opened = await openLayer(Buffer.from(sealed, 'base64'), [identity]);
  const signature = signStatement(statementOf(unmasking, layer, sha256Hex(opened)), secret);
  await openUnmasking(parts, account, id, { opened: Buffer.from(opened).toString('base64'), signature });
}
