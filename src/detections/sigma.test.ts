import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, type Fields } from './sigma.ts';

const FIELDS: Fields = { channel: 'String', decoy: 'Bool', level: 'UInt32' };
const sql = (detection: Parameters<typeof compile>[0]) => compile(detection, FIELDS, 'p', 'rule.yml');

describe('compiling a condition', () => {
  it.each([
    ['one value', { a: { channel: 'print' }, condition: 'a' }, 'channel = {p0:String}'],
    [
      'alternatives',
      { a: { channel: ['print', 'mail'] }, condition: 'a' },
      '(channel = {p0:String} OR channel = {p1:String})',
    ],
    [
      'several fields',
      { a: { channel: 'mail', decoy: true }, condition: 'a' },
      '(channel = {p0:String} AND decoy = {p1:Bool})',
    ],
    ['a comparison', { a: { 'level|gte': 3 }, condition: 'a' }, 'level >= {p0:UInt32}'],
    [
      'precedence',
      { a: { decoy: true }, b: { level: 1 }, c: { level: 2 }, condition: 'a or b and not c' },
      '(decoy = {p0:Bool} OR (level = {p1:UInt32} AND NOT (level = {p2:UInt32})))',
    ],
    [
      'parentheses',
      { a: { decoy: true }, b: { level: 1 }, c: { level: 2 }, condition: '(a or b) and c' },
      '((decoy = {p0:Bool} OR level = {p1:UInt32}) AND level = {p2:UInt32})',
    ],
    [
      'one of several',
      { s_a: { decoy: true }, s_b: { level: 1 }, condition: '1 of s_*' },
      '(decoy = {p0:Bool} OR level = {p1:UInt32})',
    ],
    [
      'all of them',
      { a: { decoy: true }, b: { level: 1 }, condition: 'all of them' },
      '(decoy = {p0:Bool} AND level = {p1:UInt32})',
    ],
  ])('%s', (_, detection, expected) => {
    expect(sql(detection).sql).toBe(expected);
  });

  it.each([
    ['an unknown field', { a: { nobody: 'x' }, condition: 'a' }, /unknown field nobody/],
    ['a value of the wrong type', { a: { level: 'high' }, condition: 'a' }, /level takes a number/],
    ['a modifier that does not fit', { a: { 'decoy|contains': true }, condition: 'a' }, /does not fit|takes/],
    ['a selection that is not there', { condition: 'b' }, /names b/],
    ['an open parenthesis', { a: { decoy: true }, condition: '(a' }, /parenthesis/],
    ['a condition that goes on', { a: { decoy: true }, condition: 'a a' }, /goes on/],
    ['no condition', { a: { decoy: true } }, /no condition/],
  ])('refuses %s', (_, detection, message) => {
    expect(() => sql(detection as Parameters<typeof compile>[0])).toThrowError(message);
  });

  it('never writes a value into the SQL', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.constantFrom('', '|contains', '|startswith', '|endswith'),
        (value, modifier) => {
          const compiled = sql({ a: { [`channel${modifier}`]: value }, condition: 'a' });
          expect(compiled.sql).toBe(sql({ a: { [`channel${modifier}`]: 'fixed' }, condition: 'a' }).sql);
          expect(compiled.parameters).toEqual({ p0: value });
        },
      ),
    );
  });
});
