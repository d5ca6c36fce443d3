import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, house } from '../../test/cases.ts';
import { DECISIONS, LEAD_STATUSES, QUEUES } from '../leads/leads.ts';
import { bundleOf } from './bundle.ts';
import { STATES } from './case.ts';
import { dossierPage, LANGUAGES } from './dossier.ts';
import { EFFECTS, HANDLINGS, OUTCOMES, STEP_KINDS, StepShape } from './step.ts';
import { PARTS } from './who.ts';
import { personLooking } from './work.ts';

let at: House;
let id: string;

beforeAll(async () => {
  at = await house();
  id = await at.opened('SUB0001');
  await at.step('otto', id, { kind: 'note', text: '<script>alert(1)</script>\n第二行 \u202egnp.exe' });
  await at.step('otto', id, { kind: 'hypothesis', innocent: false, text: '他在收集', would_show: 'x' });
  const evidence = { kind: 'evidence', sha256: 'a'.repeat(64), what: 'plan', origin: 'office' };
  await at.step('otto', id, { ...evidence, supports: ['H1'], contradicts: ['H2'] });
  await at.step('otto', id, {
    kind: 'propose',
    outcome: 'no_finding',
    reasons: 'nothing',
    considered: { H1: 'it may be' },
  });
});
afterAll(() => at.close());

const page = async (language: (typeof LANGUAGES)[number]) =>
  dossierPage(await bundleOf(at.cases, await personLooking(at.cases, at.accounts.get('otto')!), id), language);

describe('a dossier', () => {
  it('tells every step in order, and nothing in it is run or fetched', async () => {
    const html = await page('en');
    const steps = [...html.matchAll(/<article id="step-(\d+)">/g)].map(([, n]) => Number(n));
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\n第二行 [U+202E]gnp.exe');
    expect(html).toContain('<dd>H1: it may be</dd>');
    expect(html).not.toMatch(/<script|https?:|undefined|\[object/);
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'/);
  });

  it('is there in both languages, as a file for members alone', async () => {
    expect(await page('zh-CN')).toMatch(/<html lang="zh-CN">[\s\S]*完整经过/);
    const file = await at.as('piet')('GET', `/api/cases/${id}/dossier?language=zh-CN`);
    expect([file.status, file.bytes.toString('utf8').startsWith('<!doctype html>')]).toEqual([200, true]);
    expect((await at.as('piet')('GET', `/api/cases/${id}/bundle`)).json).toMatchObject({ case: id });
    for (const what of ['dossier', 'bundle'])
      expect((await at.as('anna')('GET', `/api/cases/${id}/${what}`)).status).toBe(404);
  });
});

it.each(LANGUAGES)('the words for everything there is in a case are there in %s', (language) => {
  const file = new URL(`../../content/words/case.${language}.json`, import.meta.url);
  const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const fields = StepShape.options.flatMap(({ shape }) => Object.keys(shape)).filter((name) => name !== 'kind');
  const keys = [
    ...STEP_KINDS.map((kind) => `kind.${kind}`),
    ...fields.map((name) => `field.${name}`),
    ...OUTCOMES.map((outcome) => `outcome.${outcome}`),
    ...STATES.map((state) => `state.${state}`),
    ...EFFECTS.map((effect) => `effect.${effect}`),
    ...HANDLINGS.map((act) => `custody.${act}`),
    ...PARTS.map((part) => `part.${part}`),
    ...LEAD_STATUSES.map((status) => `status.${status}`),
    ...DECISIONS.map((decision) => `decision.${decision}`),
    ...QUEUES.map((queue) => `queue.${queue}`),
  ];
  expect(keys.filter((key) => !words[key])).toEqual([]);
});
