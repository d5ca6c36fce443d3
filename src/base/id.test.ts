import { expect, test } from 'vitest';
import { randomId, randomToken } from './id.ts';

test('ids use every character of the alphabet and no other, and do not repeat', () => {
  const ids = Array.from({ length: 2000 }, () => randomId());
  expect(new Set(ids).size).toBe(ids.length);
  expect([...new Set(ids.join(''))].sort().join('')).toBe('0123456789ABCDEFGHJKMNPQRSTVWXYZ');
  expect(randomId(4)).toHaveLength(4);
  expect(Buffer.from(randomToken(), 'base64url')).toHaveLength(32);
});
