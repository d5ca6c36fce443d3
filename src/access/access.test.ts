import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { type CaseworkStore, openCasework } from '../stores/postgres.ts';
import * as rooms from './access.ts';
import { separation } from './roles.ts';

const COST = { logN: 4, r: 1, p: 1 };
const PASSWORD = 'correct horse battery';
let store: CaseworkStore;
let clock = manualClock('2026-03-02T08:00:00Z');
let access: rooms.Access;

beforeAll(async () => {
  store = await openCasework({ memory: true });
});
afterAll(() => store.close());
beforeEach(async () => {
  clock = manualClock('2026-03-02T08:00:00Z');
  access = { db: store.db, clock, passwordCost: COST };
  for (const table of ['grants', 'accounts', 'sign_in_tries'] as const) await store.db.deleteFrom(table).execute();
  await rooms.createAccount(access, { name: 'Mira', role: 'analyst', password: PASSWORD });
});

/** A browser that keeps its cookies. */
function browser(cookies: string[] = []) {
  const jar = new Map<string, string>();
  const keep = (lines: readonly string[]) => {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
  };
  keep(cookies);
  const request = () => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Request('http://localhost/api', { headers: { cookie } });
  };
  return {
    jar,
    request,
    async signIn(name = 'Mira', password = PASSWORD) {
      const result = await rooms.signIn(access, { name, password }, request());
      keep(result.cookies);
      return result;
    },
    who: () => rooms.authenticate(access, request()),
  };
}

describe('accounts', () => {
  test('names are unique without regard to case or form', async () => {
    for (const name of ['mira', 'MIRA', 'Ｍira', ' Mira ']) {
      const again = rooms.createAccount(access, { name, role: 'engineer', password: PASSWORD });
      await expect(again).rejects.toMatchObject({ code: 'invalid-input', place: 'name' });
    }
    await rooms.createAccount(access, { name: '李雷', role: 'engineer', password: PASSWORD });
    const names = (await rooms.listAccounts(access)).map(({ name, roles }) => `${name} ${roles.join()}`);
    expect(names).toEqual(['Mira analyst', '李雷 engineer']);
    expect(JSON.stringify(await rooms.listAccounts(access))).not.toContain('scrypt');
  });

  test.each(['', 'a', 'a b', '-x', `x${'y'.repeat(64)}`, 'a\nb'])('the name %j is refused', async (name) => {
    const made = rooms.createAccount(access, { name, role: 'analyst', password: PASSWORD });
    await expect(made).rejects.toMatchObject({ code: 'invalid-input', place: 'name' });
  });

  test.each(['short', 'aaaaaaaaaaaaaaaa', 'my name is noor', 'x'.repeat(257)])(
    'the password %j is refused',
    async (password) => {
      const made = rooms.createAccount(access, { name: 'Noor', role: 'analyst', password });
      await expect(made).rejects.toMatchObject({ code: 'invalid-input', place: 'password' });
    },
  );

  test('engineer and analyst are kept apart when a role is granted', async () => {
    const granted = rooms.grantRole(access, { name: 'mira', role: 'engineer' });
    await expect(granted).rejects.toMatchObject({ code: 'forbidden', place: 'engineer' });
    expect(separation(['engineer'], 'analyst')).not.toBeNull();
    expect(separation([], 'analyst')).toBeNull();
    expect(separation(['analyst'], 'analyst')).toBeNull();
    expect((await rooms.listAccounts(access))[0]?.roles).toEqual(['analyst']);
  });

  test('one person does not unite on two accounts what one account may not hold', async () => {
    await rooms.linkPerson(access, { name: 'mira', person: 'ABC1' });
    const second = { name: 'Second', password: PASSWORD, person: 'ABC1' };
    await expect(rooms.createAccount(access, { ...second, role: 'auditor' })).rejects.toMatchObject({
      code: 'forbidden',
      place: 'auditor',
    });
    expect(await rooms.listAccounts(access)).toHaveLength(1);
    await rooms.createAccount(access, { ...second, role: 'employee' });
    const granted = rooms.grantRole(access, { name: 'Second', role: 'engineer' });
    await expect(granted).rejects.toMatchObject({ code: 'forbidden' });
    await rooms.createAccount(access, { name: 'Third', password: PASSWORD, role: 'engineer' });
    const linked = rooms.linkPerson(access, { name: 'Third', person: 'ABC1' });
    await expect(linked).rejects.toMatchObject({ code: 'forbidden' });
    await rooms.disableAccount(access, { name: 'mira' });
    await rooms.linkPerson(access, { name: 'Third', person: 'ABC1' });
  });

  test('whoever has or had more than an employee’s account counts as staff, once', async () => {
    await rooms.linkPerson(access, { name: 'mira', person: 'ABC1' });
    await rooms.createAccount(access, { name: 'own', password: PASSWORD, role: 'employee', person: 'XYZ9' });
    await rooms.createAccount(access, { name: 'other', password: PASSWORD, role: 'case_officer', person: 'ABC1' });
    await rooms.disableAccount(access, { name: 'mira' });
    expect(await rooms.staff(store.db)).toEqual(['ABC1']);
  });

  test('a role that was taken away is gone, and so are the sessions with it', async () => {
    const chrome = browser();
    await chrome.signIn('mira');
    await rooms.grantRole(access, { name: 'mira', role: 'recipient' });
    expect(await chrome.who()).toBeNull();
    await rooms.revokeRole(access, { name: 'mira', role: 'analyst' });
    expect((await rooms.listAccounts(access))[0]?.roles).toEqual(['recipient']);
    const again = rooms.revokeRole(access, { name: 'mira', role: 'analyst' });
    await expect(again).rejects.toMatchObject({ code: 'not-found' });
  });

  test('separation reads both ways, keeps nobody from one role, and names a reason', () => {
    const roles = Object.keys(rooms.ROLES) as rooms.Role[];
    for (const one of roles) {
      expect(separation([], one)).toBeNull();
      for (const other of roles) expect(separation([one], other)).toBe(separation([other], one));
    }
    const apart = roles.filter((role) => separation(['auditor'], role) !== null);
    expect(apart).toEqual(roles.filter((role) => !['auditor', 'employee'].includes(role)));
  });
});

describe('signing in', () => {
  test('the right password opens a session and the wrong one does not', async () => {
    const chrome = browser();
    expect(await chrome.who()).toBeNull();
    const { account, csrfToken } = await chrome.signIn('mira');
    expect(account).toMatchObject({ name: 'Mira', roles: ['analyst'] });
    expect(await chrome.who()).toMatchObject({ account, csrfToken, isFresh: true, cookies: [] });
    await expect(browser().signIn('mira', `${PASSWORD}!`)).rejects.toMatchObject({ code: 'sign-in-failed' });
  });

  test('an unknown name and a shut account are refused in the same words as a wrong password', async () => {
    await rooms.createAccount(access, { name: 'Noor', role: 'analyst', password: PASSWORD });
    await rooms.disableAccount(access, { name: 'Noor' });
    const refusals = await Promise.all([
      browser()
        .signIn('nobody')
        .catch((error) => error),
      browser()
        .signIn('noor')
        .catch((error) => error),
      browser()
        .signIn('mira', 'wrong')
        .catch((error) => error),
    ]);
    expect(new Set(refusals.map(({ code, message, place }) => `${code} ${message} ${place}`)).size).toBe(1);
  });

  test('a token planted beforehand is worth nothing afterwards, and only hashes are stored', async () => {
    const attacker = browser();
    await attacker.signIn();
    const victim = browser([`countersign_session=${attacker.jar.get('countersign_session')}`]);
    await victim.signIn();
    expect(victim.jar.get('countersign_session')).not.toBe(attacker.jar.get('countersign_session'));
    expect(await attacker.who()).toBeNull();
    expect(await victim.who()).not.toBeNull();
    const invented = browser([`countersign_session=${'A'.repeat(43)}.${'A'.repeat(43)}`]);
    await invented.signIn();
    expect(invented.jar.get('countersign_session')).not.toContain('A'.repeat(43));
    const stored = JSON.stringify([
      await store.db.selectFrom('sessions').selectAll().execute(),
      await store.db.selectFrom('known_browsers').selectAll().execute(),
    ]);
    for (const token of [...victim.jar.values()].flatMap((value) => value.split('.'))) {
      expect(stored).not.toContain(token);
    }
  });

  test('two cookies of the name are nobody', async () => {
    const chrome = browser();
    await chrome.signIn();
    const token = chrome.jar.get('countersign_session');
    const cookie = `countersign_session=${token}; countersign_session=${token}`;
    expect(await rooms.authenticate(access, new Request('http://localhost/', { headers: { cookie } }))).toBeNull();
  });

  test('cookies are out of reach of script and other sites, and kept to TLS where there is TLS', async () => {
    const { cookies } = await rooms.signIn(access, { name: 'mira', password: PASSWORD }, browser().request());
    const shape = (line: string | undefined) => line?.replace(/=[\w.-]{43,};/, '=TOKEN;');
    expect(cookies.map(shape)).toEqual([
      'countersign_session=TOKEN; Path=/api; HttpOnly; SameSite=Strict; Max-Age=43200',
      'countersign_browser=TOKEN; Path=/api; HttpOnly; SameSite=Strict; Max-Age=15552000',
    ]);
    access = { ...access, secure: true };
    const secured = await browser().signIn();
    expect(secured.cookies.every((line) => line.endsWith('; Secure'))).toBe(true);
  });

  test('a hash of another cost is made anew', async () => {
    access = { ...access, passwordCost: { ...COST, p: 2 } };
    await browser().signIn();
    const { password_hash } = await store.db.selectFrom('accounts').select('password_hash').executeTakeFirstOrThrow();
    expect(password_hash).toContain('ln=4,r=1,p=2');
    await browser().signIn();
  });
});

describe('a session ends', () => {
  test('even if it is opened while the password is being changed', async () => {
    // Checking the old password takes longer than setting the new one.
    await rooms.createAccount(
      { ...access, passwordCost: { logN: 14, r: 8, p: 1 } },
      { name: 'Slow', role: 'analyst', password: PASSWORD },
    );
    const chrome = browser();
    const opening = chrome.signIn('slow').catch((error) => error);
    await rooms.setPassword(access, { name: 'slow', password: 'another long password' });
    await opening;
    expect(await chrome.who()).toBeNull();
    expect(await store.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
  });

  test('when its account is shut behind our back', async () => {
    const chrome = browser();
    await chrome.signIn();
    await store.db.updateTable('accounts').set({ disabled_at: clock() }).execute();
    expect(await chrome.who()).toBeNull();
  });

  test('and does not stay in the store', async () => {
    await browser().signIn();
    await browser()
      .signIn('mira', 'wrong')
      .catch(() => {});
    clock.advance(200 * 86_400);
    await browser().signIn();
    const count = async (table: 'sessions' | 'known_browsers' | 'sign_in_tries') =>
      (await store.db.selectFrom(table).selectAll().execute()).length;
    expect([await count('sessions'), await count('known_browsers'), await count('sign_in_tries')]).toEqual([1, 1, 2]);
  });

  test('when it is idle for half an hour', async () => {
    const chrome = browser();
    await chrome.signIn();
    for (let use = 0; use < 3; use++) {
      clock.advance(29 * 60);
      expect(await chrome.who()).not.toBeNull();
    }
    clock.advance(30 * 60);
    expect(await chrome.who()).toBeNull();
    clock.advance(-30 * 60);
    expect(await chrome.who()).toBeNull();
  });

  test('after twelve hours, however much it is used', async () => {
    const chrome = browser();
    await chrome.signIn();
    for (let minute = 0; minute < 12 * 60; minute += 20) {
      expect(await chrome.who()).not.toBeNull();
      clock.advance(20 * 60);
    }
    expect(await chrome.who()).toBeNull();
  });

  test('when its owner signs out, and no other session with it', async () => {
    const [one, other] = [browser(), browser()];
    await one.signIn();
    await other.signIn();
    expect(await rooms.signOut(access, one.request())).toMatch(/^countersign_session=; .*Max-Age=0/);
    expect(await one.who()).toBeNull();
    expect(await other.who()).not.toBeNull();
  });

  test('when the password changes or the account is shut', async () => {
    const chrome = browser();
    await chrome.signIn();
    await rooms.setPassword(access, { name: 'MIRA', password: 'another long password' });
    expect(await chrome.who()).toBeNull();
    await expect(chrome.signIn()).rejects.toMatchObject({ code: 'sign-in-failed' });
    await chrome.signIn('mira', 'another long password');
    await rooms.disableAccount(access, { name: 'mira' });
    expect(await chrome.who()).toBeNull();
    await expect(rooms.setPassword(access, { name: 'nobody', password: PASSWORD })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('guessing', () => {
  const guess = (name: string) =>
    browser()
      .signIn(name, 'wrong')
      .catch((error) => error.code);

  test('is slowed down for one name, also when all tries come at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => guess('mira')));
    expect(outcomes.filter((code) => code === 'sign-in-failed')).toHaveLength(5);
    expect(await guess('mira')).toBe('too-many-tries');
    await expect(browser().signIn('Mira')).rejects.toMatchObject({ code: 'too-many-tries' });
    expect(await guess('somebody.else')).toBe('sign-in-failed');
  });

  test('does not lock out for ever, however long it went on', async () => {
    for (let minute = 0; minute < 10; minute++) {
      for (let n = 0; n < 10; n++) await guess('mira');
      clock.advance(60);
    }
    await guess('mira');
    clock.advance(60);
    await browser().signIn('mira');
  });

  test('does not keep the owner out of the browser he uses', async () => {
    const own = browser();
    await own.signIn();
    for (let n = 0; n < 70; n++) await guess(n % 2 === 0 ? 'mira' : `name${n}`);
    await own.signIn();
    await expect(browser().signIn()).rejects.toMatchObject({ code: 'too-many-tries' });
    // His browser's own tries are counted too.
    const outcomes: string[] = [];
    for (let n = 0; n < 8; n++)
      outcomes.push(
        await own.signIn('mira', 'wrong').then(
          () => '',
          (error) => error.code,
        ),
      );
    expect(outcomes.filter((code) => code === 'sign-in-failed')).toHaveLength(5);
  });

  test('is not helped by a browser that is known to another account', async () => {
    await rooms.createAccount(access, { name: 'Noor', role: 'engineer', password: PASSWORD });
    const insider = browser();
    await insider.signIn('noor');
    for (let n = 0; n < 5; n++) await guess('mira');
    await expect(insider.signIn('mira', 'wrong')).rejects.toMatchObject({ code: 'too-many-tries' });
  });

  test('over many names is slowed down in total, and only failures count', async () => {
    for (let n = 0; n < 100; n++) await browser().signIn();
    const outcomes: string[] = [];
    for (let n = 0; n < 70; n++) outcomes.push(await guess(`name${n}`));
    expect(outcomes.filter((code) => code === 'sign-in-failed')).toHaveLength(60);
    clock.advance(2 * 60);
    await browser().signIn();
  });

  test('leaves no typed name in the store', async () => {
    await guess('my-password-typed-here');
    const rows = JSON.stringify(await store.db.selectFrom('sign_in_tries').selectAll().execute());
    expect(rows).toContain('account ');
    expect(rows).not.toContain('typed');
  });
});
