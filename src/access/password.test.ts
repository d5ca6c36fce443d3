import { expect, test } from 'vitest';
import { hashPassword, isOutdated, PASSWORD_COST, unmatchableHash, verifyPassword } from './password.ts';

const COST = { logN: 4, r: 1, p: 1 };

test('a password matches its own hash only, and no two hashes are alike', async () => {
  const [one, two] = [await hashPassword('correct horse', COST), await hashPassword('correct horse', COST)];
  expect(one).toMatch(/^\$scrypt\$ln=4,r=1,p=1\$[\w-]{22}\$[\w-]{43}$/);
  expect(one).not.toBe(two);
  expect(await verifyPassword('correct horse', one)).toBe(true);
  expect(await verifyPassword('correct horsf', one)).toBe(false);
  expect(await verifyPassword('', unmatchableHash(COST))).toBe(false);
});

test('the same letters in another Unicode form are the same password', async () => {
  expect(await verifyPassword('cafe\u0301 ｄｅ nuit', await hashPassword('caf\u00e9 de nuit', COST))).toBe(true);
});

test('the cost in use works and is what the stored one is held against', async () => {
  const stored = await hashPassword('correct horse', PASSWORD_COST);
  expect(await verifyPassword('correct horse', stored)).toBe(true);
  expect(isOutdated(stored, PASSWORD_COST)).toBe(false);
  expect(isOutdated(stored, { ...PASSWORD_COST, logN: 16 })).toBe(true);
  await expect(verifyPassword('x', 'plain')).rejects.toMatchObject({ code: 'defect' });
});
