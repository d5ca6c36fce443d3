import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AccessServer, PASSWORD, startAccessServer } from './access-server.ts';
import { axe, launch, openPage, refusedOn, settle, signIn } from './browser.ts';

/** Passkeys as Chromium makes and uses them, with an authenticator that it keeps itself. */
let browser: Browser;
let server: AccessServer;
let page: Page;
let faults: string[];
let devices: CDPSession;
let device: string;

beforeAll(async () => {
  [browser, server] = await Promise.all([
    launch(),
    startAccessServer([
      ['ana', 'employee'],
      ['ada', 'approver'],
    ]),
  ]);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
  devices = await page.context().newCDPSession(page);
  await devices.send('WebAuthn.enable');
  const added = await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  device = added.authenticatorId;
});
afterEach(async () => {
  expect(faults.filter((fault) => fault !== 'request to another host: localhost')).toEqual([]);
  expect(await refusedOn(page)).toEqual([]);
  await page.context().close();
});

const dialog = () => page.getByRole('dialog', { name: 'Is it you?' });
async function prove(password = PASSWORD) {
  await dialog().getByLabel('Password').fill(password);
  await dialog().getByRole('button', { name: 'Go on' }).click();
}
async function enrol(label: string) {
  await page.getByLabel('What to call it').fill(label);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
}
const row = (label: string) => page.getByRole('row', { name: new RegExp(label) });

test('a passkey is made, signs in, proves, and a removed one opens nothing', async () => {
  await signIn(page, server.origin, { name: 'ana', password: PASSWORD }, '/account');
  await enrol('laptop');
  await row('laptop').waitFor();
  expect(await row('laptop').textContent()).toContain('can be used');
  expect((await devices.send('WebAuthn.getCredentials', { authenticatorId: device })).credentials).toMatchObject([
    { rpId: 'localhost', isResidentCredential: true },
  ]);
  expect(await axe(page)).toEqual([]);

  await page.context().clearCookies();
  await page.goto(`${server.origin}/sign-in?next=/account`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL(`${server.origin}/account`);
  await row('laptop').waitFor();
  expect(await page.getByRole('table', { name: 'Sessions' }).textContent()).toContain('passkey');

  server.clock.advance(6 * 60);
  await page.getByRole('button', { name: 'Remove the passkey laptop' }).click();
  await dialog().waitFor();
  expect(await axe(page)).toEqual([]);
  await dialog().getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('You have no passkey yet.').waitFor();

  await page.context().clearCookies();
  await page.goto(`${server.origin}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('The passkey was not accepted').waitFor();
});

test('a sensitive act asks who is there, says what is wrong, and goes on', async () => {
  await signIn(page, server.origin, { name: 'ana', password: PASSWORD }, '/account');
  server.clock.advance(6 * 60);
  await enrol('first');
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('A proof is needed that it is you').waitFor();
  await enrol('second');
  await prove('wrong wrong wrong');
  await dialog().getByText('Name or password is wrong').waitFor();
  await prove();
  await row('second').waitFor();
  expect(await page.getByRole('row', { name: /first/ }).count()).toBe(0);
});

test('without the owner’s finger or number nothing is made', async () => {
  await signIn(page, server.origin, { name: 'ana', password: PASSWORD }, '/account');
  await devices.send('WebAuthn.setUserVerified', { authenticatorId: device, isUserVerified: false });
  await enrol('unverified');
  await page.getByText('The browser gave no passkey').waitFor();
});

test('a copied authenticator is noticed by its counter', async () => {
  await signIn(page, server.origin, { name: 'ana', password: PASSWORD }, '/account');
  await enrol('copied');
  await row('copied').waitFor();
  const { credentials } = await devices.send('WebAuthn.getCredentials', { authenticatorId: device });
  const [made] = credentials;
  const enter = async () => {
    await page.context().clearCookies();
    await page.goto(`${server.origin}/sign-in?next=/account`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  };
  await enter();
  await row('copied').waitFor();
  // The copy stands where the original stood before it was used.
  await devices.send('WebAuthn.removeCredential', { authenticatorId: device, credentialId: made!.credentialId });
  await devices.send('WebAuthn.addCredential', { authenticatorId: device, credential: { ...made!, signCount: 0 } });
  await enter();
  await page.getByText('The passkey was not accepted').waitFor();
  await signIn(page, server.origin, { name: 'ana', password: PASSWORD }, '/account');
  await settle(page);
  expect(await row('copied').textContent()).toContain('there is a copy of it');
});

test('an approver’s passkey waits for a second person', async () => {
  await signIn(page, server.origin, { name: 'ada', password: PASSWORD }, '/account');
  await enrol('hers');
  await row('hers').waitFor();
  expect(await row('hers').textContent()).toContain('waits for a second person');
  await page.context().clearCookies();
  await page.goto(`${server.origin}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('The passkey was not accepted').waitFor();
});
