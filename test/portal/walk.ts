/** A person's way through the portal's pages. */
import type { Page } from 'playwright-core';

export const TEXTS = {
  en: { continue: 'Continue', send: 'I have the words. Send', read: 'I have read this. Continue' },
  'zh-CN': { continue: '继续', send: '我已记下，发送', read: '我已阅读，继续' },
} as const;
export type Language = keyof typeof TEXTS;

export const heading = async (page: Page): Promise<string> => (await page.locator('h1').textContent()) ?? '';

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

export interface Report {
  readonly door?: string;
  readonly text: string;
  readonly language?: Language;
  readonly name?: string;
  readonly files?: { name: string; mimeType: string; buffer: Buffer }[];
  readonly exclude?: string;
  /** Looks at each page once it is there. */
  readonly look?: () => Promise<void>;
}

/** From the start to the page with the words; gives the words. */
export async function write(page: Page, report: Report): Promise<string[]> {
  const { language = 'en', look = async () => {} } = report;
  const next = async (): Promise<void> => {
    await press(page, TEXTS[language].continue);
    await look();
  };
  await press(page, report.door ?? (language === 'en' ? 'Something I saw' : '我看到的事情'));
  await look();
  await press(page, TEXTS[language].read);
  await look();
  await page.locator('#text').fill(report.text);
  await next();
  await page.locator(report.name === undefined ? '#name-anonymous' : '#name-given').check();
  if (report.name !== undefined) await page.locator('#name').fill(report.name);
  await next();
  if (report.files !== undefined) await page.locator('#files').setInputFiles(report.files);
  await next();
  if (report.exclude !== undefined) await page.locator(`#exclude-${report.exclude}`).check();
  await next();
  await press(page, language === 'en' ? 'Continue to the words' : '继续查看助记词');
  await look();
  return await page.locator('.words li').allTextContents();
}

/** Types the last two words and sends. */
export async function send(page: Page, words: readonly string[], language: Language = 'en'): Promise<void> {
  await page.locator('#last-two').fill(words.slice(-2).join(language === 'en' ? ' ' : ''));
  await press(page, TEXTS[language].send);
  await page
    .getByRole('heading', { name: language === 'en' ? 'Your message has been sent' : '您的信息已发送' })
    .waitFor({ timeout: 60_000 });
}

/** Comes back with the words and opens the conversation. */
export async function comeBack(page: Page, origin: string, words: string): Promise<void> {
  await page.goto(`${origin}/portal/`);
  await page.locator('ul button').first().click();
  await page.locator('#words').fill(words);
  await page.locator('form button').click();
}
