import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENTERPRISE, parseFilter, parsePath } from './filter.ts';
import { operationsOf, patched, type Resource } from './patch.ts';
import { readGroup, readUser } from './user.ts';

const USER: Resource = {
  userName: 'ada@house.example',
  active: true,
  title: 'Translator',
  emails: [{ value: 'ada@house.example', type: 'work', primary: true }],
  [ENTERPRISE]: { department: 'Language', manager: { value: 'BOSS' } },
};
const patch = (resource: Resource, ...Operations: object[]) => patched(resource, operationsOf({ Operations }));
const user = (...operations: object[]) => readUser(patch(USER, ...operations), true);

/** What somebody's entry is, and a change of one attribute to it, in every form in which providers send that. */
const entry = fc.record({
  title: fc.constantFrom('', 'Translator', 'Head of "unit"', '译员'),
  active: fc.boolean(),
  department: fc.constantFrom('', 'Language', 'R&D'),
  email: fc.constantFrom('', 'a@house.example', 'b@house.example'),
  manager: fc.constantFrom(null, 'M1', 'M2'),
});
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

const resourceOf = ({ title, active, department, email, manager }: Entry): Resource => ({
  ...{ userName: 'u', active, title },
  ...(email === '' ? {} : { emails: [{ value: email, type: 'work', primary: true }] }),
  [ENTERPRISE]: { department, ...(manager === null ? {} : { manager: { value: manager } }) },
});

type Way = (value: unknown) => object[];
const at =
  (path: string, op: string): Way =>
  (value) => [{ op, path, value }];
const bare =
  (key: string, op: string): Way =>
  (value) => [{ op, value: { [key]: value } }];
const URN = (name: string) => `${ENTERPRISE}:${name}`;

/** How one attribute is set, as Okta, Entra and the RFC's examples send it. */
const WAYS: Record<keyof Entry, readonly Way[]> = {
  title: [at('title', 'Replace'), at('title', 'add'), bare('title', 'replace'), at('TITLE', 'replace')],
  active: [
    at('active', 'Replace'),
    (value) => [{ op: 'Replace', path: 'active', value: value === true ? 'True' : 'False' }],
    bare('active', 'replace'),
  ],
  department: [
    at(URN('department'), 'Add'),
    bare(URN('department'), 'Replace'),
    (value) => [{ op: 'replace', value: { [ENTERPRISE]: { department: value } } }],
    (value) => [{ op: 'replace', path: ENTERPRISE, value: { department: value } }],
  ],
  email: [
    at('emails[type eq "work"].value', 'Replace'),
    bare('emails[type eq "work"].value', 'add'),
    (value) => [{ op: 'replace', path: 'emails', value: value === '' ? [] : [{ value, type: 'work', primary: true }] }],
    (value) => [{ op: 'replace', value: { emails: [{ value, type: 'work' }] } }],
  ],
  manager: [
    (value) => [
      value === null ? { op: 'Remove', path: URN('manager') } : { op: 'Replace', path: URN('manager'), value },
    ],
    (value) =>
      value === null
        ? [{ op: 'remove', path: URN('manager') }]
        : [{ op: 'Add', path: URN('manager'), value: [{ $ref: `http://x/scim/Users/${value}`, value }] }],
    (value) => [{ op: 'replace', path: URN('manager'), value: { value: value ?? '' } }],
    (value) => [{ op: 'replace', value: { [ENTERPRISE]: { manager: { value: value ?? '' } } } }],
  ],
};

test('law: a PATCH of each attribute, in whatever way and order, is the PUT of the result', () => {
  const steps = fc.shuffledSubarray(Object.keys(WAYS) as (keyof Entry)[], { minLength: 5 });
  const choice = fc.array(fc.nat(3), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(entry, entry, steps, choice, fc.boolean(), (from, to, order, ways, isOneRequest) => {
      const operations = order.flatMap((key, at) => WAYS[key][ways[at]! % WAYS[key].length]!(to[key]));
      const groups = isOneRequest ? [operations] : operations.map((one) => [one]);
      const after = groups.reduce((resource, group) => patch(resource, ...group), resourceOf(from));
      expect(readUser(after, true)).toEqual(readUser(resourceOf(to), true));
    }),
    { numRuns: 500 },
  );
});

test('law: members added and removed, in all forms, are the set that results', () => {
  const member = fc.constantFrom('A', 'B', 'C', 'D');
  const step = fc.record({ add: fc.boolean(), who: fc.array(member, { minLength: 1, maxLength: 3 }), way: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let group: Resource = { displayName: 'g', members: [] };
      const expected = new Set<string>();
      for (const { add, who, way } of steps) {
        for (const one of who) add ? expected.add(one) : expected.delete(one);
        const items = who.map((value) => ({ value, $ref: null }));
        if (add)
          group = patch(group, {
            op: 'Add',
            path: 'members',
            value: way === 0 && items.length === 1 ? items[0] : items,
          });
        else if (way === 0) group = patch(group, { op: 'Remove', path: 'members', value: items });
        else group = patch(group, ...who.map((one) => ({ op: 'remove', path: `members[value eq "${one}"]` })));
      }
      expect([...readGroup(group).members].sort()).toEqual([...expected].sort());
    }),
    { numRuns: 300 },
  );
});

describe('PATCH', () => {
  test('leaves what was given as it is', () => {
    const before = structuredClone(USER);
    patch(USER, { op: 'replace', path: 'title', value: 'x' }, { op: 'remove', path: 'emails' });
    expect(USER).toEqual(before);
  });

  test('takes what is not kept, and drops it', () => {
    const sent = user(
      { op: 'Replace', path: 'name.familyName', value: 'Example' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' },
      { op: 'Add', path: 'addresses[type eq "home"].locality', value: 'x' },
      { op: 'replace', value: { nickName: 'x', locale: 'x', 'urn:acme:2.0:User:badge': 'x', 'name.givenName': 'y' } },
      { op: 'Add', path: 'emails[type eq "home"].value', value: 'private@elsewhere.example' },
    );
    expect(sent).toEqual(readUser(USER, true));
    expect(JSON.stringify(sent)).not.toMatch(/private|Example/);
  });

  test.for([
    [[], 'invalidSyntax'],
    [[{ op: 'move', path: 'title' }], 'invalidSyntax'],
    [[{ op: 'remove' }], 'noTarget'],
    [[{ op: 'replace', value: 'x' }], 'invalidValue'],
    [[{ op: 'replace', path: 'emails[type eq', value: 'x' }], 'invalidPath'],
    [[{ op: 'replace', path: 'emails[type co "wor"].value', value: 'x' }], undefined],
    [[{ op: 'replace', path: 'emails[type co "fax"].value', value: 'x' }], 'noTarget'],
    [[{ op: 'replace', path: '__proto__.polluted', value: 'x' }], 'invalidPath'],
    [[{ op: 'replace', path: 'active', value: 'perhaps' }], 'invalidValue'],
    [[{ op: 'replace', path: 'userName', value: '' }], 'invalidValue'],
    [[{ op: 'replace', path: 'title' }], 'invalidValue'],
  ] as const)('%j: %s', ([operations, type]) => {
    if (type === undefined) expect(() => user(...operations)).not.toThrow();
    else expect(() => user(...operations)).toThrow(expect.objectContaining({ scimType: type }));
  });
});

describe('a filter', () => {
  test.for([
    ['userName eq "a b"', { kind: 'compare', attribute: { name: 'userName' }, operator: 'eq', value: 'a b' }],
    ['title pr', { kind: 'compare', attribute: { name: 'title' }, operator: 'pr' }],
    [
      `${ENTERPRISE}:manager.value EQ "x"`,
      { kind: 'compare', operator: 'eq', value: 'x', attribute: { schema: ENTERPRISE, name: 'manager', sub: 'value' } },
    ],
  ] as const)('%s', ([text, filter]) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test('binds and before or, and parentheses and not before both', () => {
    const shape = (text: string) =>
      JSON.stringify(parseFilter(text), (key, value) => (['attribute', 'operator'].includes(key) ? undefined : value));
    expect(shape('a eq 1 or b eq 2 and c eq 3')).toBe(
      '{"kind":"or","parts":[{"kind":"compare","value":1},{"kind":"and","parts":[{"kind":"compare","value":2},{"kind":"compare","value":3}]}]}',
    );
    expect(shape('not (a eq 1 or b eq true)')).toContain('"kind":"not"');
    expect(shape('emails[type eq "work" and value co "@x"]')).toContain('"kind":"value"');
  });

  test.for([
    '',
    'userName',
    'userName eq',
    'userName is "x"',
    'userName eq "x" and',
    '(a eq 1',
    'a eq 1)',
    'a eq "x',
    '1a eq 2',
    'a eq {}',
  ])('that is none is refused with its place: %j', (text) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ status: 400 }));
  });

  test('nested without end, or without end, is refused', () => {
    expect(() => parseFilter(`${'('.repeat(5000)}`)).toThrow('longer');
    expect(() => parseFilter(`${'('.repeat(100)}a pr${')'.repeat(100)}`)).toThrow('nested');
  });

  test('law: any text is read or refused, never a defect', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      'eq',
      '"x"',
      '(',
      ')',
      '[',
      ']',
      'and',
      'not',
      '.',
      ENTERPRISE,
      ':',
      '\\',
      '"',
      '1',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        for (const read of [parseFilter, parsePath]) {
          try {
            read(pieces.join(''));
          } catch (error) {
            expect(error).toMatchObject({ name: 'ScimError', status: 400 });
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
