/**
 * The declarations as pages that a server renders: forms without script, for whoever is signed in. They stand on the
 * console's origin and not on the portal's, so that the portal never sees a session.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Context, Hono } from 'hono';
import { html, raw } from 'hono/html';
import { type Access, authenticate, type SignedIn, signIn, signOut } from '../access/access.ts';
import { Fault } from '../base/fault.ts';
import { ownOrigin, type Reach, refuseForeign } from '../http/guard.ts';
import type { Account, Identity } from '../http/route.ts';
import { FIELDS, type Field, KINDS, type Kind, type Mistake, readDeclaration } from './declaration.ts';
import { declare, ownDeclarations, type People, personOfAccount } from './declarations.ts';
import { HEARING_ANSWERS, type HearingAnswer, hearingSection, type Invitation, MOST_REPLY } from './hearing-pages.ts';

type Words = Readonly<Record<string, string>>;
type Html = ReturnType<typeof html>;

const FOLDER = fileURLToPath(new URL('../../content/declarations/', import.meta.url));
const LANGUAGES = ['en', 'zh-CN'] as const;
type Language = (typeof LANGUAGES)[number];
const MOST_BYTES = 10_000;

export interface DeclarationParts extends People, Reach {
  readonly access: Access;
  /** What a person of the directory is told about inquiries into him. */
  readonly noticesFor?: (userUid: string) => Promise<readonly Notice[]>;
  /** What he is invited to reply to, and taking his answer. */
  readonly hearing?: {
    of(account: Account): Promise<readonly Invitation[]>;
    answer(account: Account, input: { kind: HearingAnswer; invitation: string; text: string }): Promise<void>;
  };
}

/** The identity behind a pseudonym of his was opened. Days are YYYY-MM-DD. */
interface Notice {
  readonly openedOn: string;
  readonly wasHeld: boolean;
}

/** The pages below /declarations. */
export function declarationPages(parts: DeclarationParts): Hono {
  const words = Object.fromEntries(
    LANGUAGES.map((language) => [language, JSON.parse(readFileSync(`${FOLDER}${language}.json`, 'utf8')) as Words]),
  ) as Record<Language, Words>;
  const app = new Hono();
  const languageOf = (call: Context): Language => {
    const wanted = call.req.query('lang') ?? call.req.header('accept-language') ?? '';
    return wanted.startsWith('zh') ? 'zh-CN' : 'en';
  };
  const show = (call: Context, body: (w: Words) => Html | Promise<Html>, status: 200 | 401 | 422 = 200) => {
    const language = languageOf(call);
    // With no-referrer a browser would send a form's origin as null, and we could not tell ours from a stranger's.
    call.header('Referrer-Policy', 'same-origin');
    return call.html(frame(words[language], language, body(words[language])), status);
  };
  const identify = async (call: Context): Promise<Identity | null> => {
    const identity = await authenticate(parts.access, call.req.raw);
    for (const cookie of identity?.cookies ?? []) call.header('Set-Cookie', here(cookie), { append: true });
    return identity;
  };
  const again = (call: Context, path = ''): Response =>
    call.redirect(`/declarations${path}?lang=${languageOf(call)}`, 303);

  app.get('/style.css', (call) => call.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/', async (call) => {
    const identity = await identify(call);
    if (identity === null) return show(call, (w) => signInPage(w, languageOf(call), false));
    const own = await ownDeclarations(parts, identity.account);
    const notices = (await parts.noticesFor?.(await personOfAccount(parts, identity.account))) ?? [];
    const invitations = (await parts.hearing?.of(identity.account)) ?? [];
    const done = call.req.query('done') ?? '';
    return show(call, (w) => overview(w, languageOf(call), { identity, own, notices, invitations, done }));
  });
  app.post('/sign-in', async (call) => {
    const form = await readForm(call, parts);
    try {
      const input = { name: form.get('name') ?? '', password: form.get('password') ?? '' };
      for (const cookie of cookiesOf(await signIn(parts.access, input, call.req.raw))) {
        call.header('Set-Cookie', cookie, { append: true });
      }
      return again(call);
    } catch (error) {
      if (!(error instanceof Fault) || !['sign-in-failed', 'too-many-tries'].includes(error.code)) throw error;
      return show(call, (w) => signInPage(w, languageOf(call), true), 401);
    }
  });
  app.post('/sign-out', async (call) => {
    const form = await readForm(call, parts);
    requireToken(form, await identify(call));
    call.header('Set-Cookie', here(await signOut(parts.access, call.req.raw)));
    return again(call);
  });
  for (const kind of HEARING_ANSWERS) {
    app.post(`/hearing-${kind}`, async (call) => {
      const form = await readForm(call, parts, MOST_REPLY.bytes);
      const identity = await identify(call);
      requireToken(form, identity);
      const text = (form.get('text') ?? '').trim();
      // Empty, or longer than the form lets anybody type: nothing is taken, and the page with the form comes again.
      if (text === '' || text.length > MOST_REPLY.characters) return again(call);
      await parts.hearing?.answer(identity.account, { kind, invitation: form.get('invitation') ?? '', text });
      return call.redirect(`/declarations?done=answer&lang=${languageOf(call)}`, 303);
    });
  }
  for (const kind of KINDS) {
    app.get(`/${kind}`, async (call) => {
      const identity = await identify(call);
      if (identity === null) return again(call);
      return show(call, (w) => formPage(w, languageOf(call), kind, identity, new URLSearchParams(), []));
    });
    app.post(`/${kind}`, async (call) => {
      const form = await readForm(call, parts);
      const identity = await identify(call);
      requireToken(form, identity);
      const read = readDeclaration(kind, form, parts.clock().toISOString().slice(0, 10));
      if ('mistakes' in read) {
        return show(call, (w) => formPage(w, languageOf(call), kind, identity, form, read.mistakes), 422);
      }
      await declare(parts, identity.account, read.declaration);
      return call.redirect(`/declarations?done=1&lang=${languageOf(call)}`, 303);
    });
  }
  return app;
}

/** The session's cookies are kept to the API; this sign-in's are kept to these pages. */
function cookiesOf({ cookies }: SignedIn): string[] {
  return cookies.map(here);
}
const here = (cookie: string): string => cookie.replace('Path=/api', 'Path=/declarations');

async function readForm(call: Context, reach: Reach, most = MOST_BYTES): Promise<URLSearchParams> {
  refuseForeign(call.req.raw.headers, ownOrigin(call.req.url, reach), 'POST');
  if (call.req.header('content-type')?.split(';')[0] !== 'application/x-www-form-urlencoded') {
    throw new Fault('wrong-type', 'The body must be a form.');
  }
  const text = await call.req.text();
  if (text.length > most) throw new Fault('too-large', 'The form is too large.');
  return new URLSearchParams(text);
}

function requireToken(form: URLSearchParams, identity: Identity | null): asserts identity is Identity {
  if (identity === null) throw new Fault('sign-in-required', 'Nobody is signed in, or the session has ended.');
  if (form.get('csrf_token') !== identity.csrfToken)
    throw new Fault('forged-request', 'The form is not of this session.');
}

function frame(w: Words, language: Language, body: Html | Promise<Html>) {
  const other = language === 'en' ? 'zh-CN' : 'en';
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${w.title}</title>
<link rel="stylesheet" href="/declarations/style.css">
</head>
<body>
<header><p><strong>${w.title}</strong></p><p><a href="?lang=${other}" lang="${other}" hreflang="${other}">${w.language}</a></p></header>
<main>${body}</main>
</body>
</html>`;
}

function signInPage(w: Words, language: Language, failed: boolean) {
  return html`${failed ? problems(w, [['name', w.failed ?? '']]) : ''}
<h1>${w.sign_in}</h1>
<form method="post" action="/declarations/sign-in?lang=${language}">
<p><label for="name">${w.name}</label><input id="name" name="name" autocomplete="username" required></p>
<p><label for="password">${w.password}</label><input id="password" name="password" type="password" autocomplete="current-password" required></p>
<button>${w.submit_sign_in}</button>
</form>`;
}

function problems(w: Words, items: readonly (readonly [field: string, text: string])[]) {
  return html`<div class="problems" role="alert"><h2>${w.problem}</h2><ul>${items.map(
    ([field, text]) => html`<li><a href="#${field}">${text}</a></li>`,
  )}</ul></div>`;
}

function overview(
  w: Words,
  language: Language,
  {
    identity: { csrfToken },
    own,
    notices,
    invitations,
    done,
  }: {
    identity: Identity;
    own: Awaited<ReturnType<typeof ownDeclarations>>;
    notices: readonly Notice[];
    invitations: readonly Invitation[];
    done: string;
  },
) {
  const told = notices.map(
    ({ openedOn, wasHeld }) => html`<p>${openedOn}: ${w.notice_text} ${wasHeld ? w.notice_held : ''}</p>`,
  );
  const links = KINDS.map(
    (kind) =>
      html`<dt><a href="/declarations/${kind}?lang=${language}">${w[kind]}</a></dt><dd>${w[`${kind}_help`]}</dd>`,
  );
  const rows = own.map(({ kind, first_day, last_day, note, declared_on }) => {
    const days = last_day === null ? first_day : `${first_day} – ${last_day}`;
    return html`<li>${w[kind]}: ${days} ${note} (${w.declared_on} ${declared_on})</li>`;
  });
  return html`${told.length > 0 ? html`<section aria-labelledby="notices"><h2 id="notices">${w.notices}</h2>${told}<p>${w.notice_reply}</p></section>` : ''}
${['1', 'answer'].includes(done) ? html`<div class="done" role="status"><h2>${done === '1' ? w.done : w.hearing_done}</h2></div>` : ''}
${hearingSection(w, language, { csrfToken, invitations })}
<h1>${w.choose}</h1>
<dl>${links}</dl>
<h2>${w.next}</h2>
<p>${w.next_text}</p>
<p>${w.report}</p>
<h2>${w.own}</h2>
${rows.length > 0 ? html`<ul>${rows}</ul>` : html`<p>${w.none}</p>`}
<form method="post" action="/declarations/sign-out?lang=${language}"><input type="hidden" name="csrf_token" value="${csrfToken}"><button class="other">${w.sign_out}</button></form>`;
}

function formPage(
  w: Words,
  language: Language,
  kind: Kind,
  { csrfToken }: Identity,
  form: URLSearchParams,
  mistakes: readonly Mistake[],
) {
  const said = mistakes.map(([field, key]) => [field, `${label(w, kind, field)}: ${w[`mistake.${key}`]}`] as const);
  return html`${said.length > 0 ? problems(w, said) : ''}
<h1>${w[kind]}</h1>
<p>${w[`${kind}_help`]}</p>
<form method="post" action="/declarations/${kind}?lang=${language}">
<input type="hidden" name="csrf_token" value="${csrfToken}">
${FIELDS[kind].map((field) => control(w, kind, field, form.get(field) ?? ''))}
<p>${w.next_text}</p>
<button>${w.send}</button>
</form>
<p><a href="/declarations?lang=${language}">${w.back}</a></p>`;
}

function label(w: Words, kind: Kind, field: Field): string {
  return w[`${field}.${kind}`] ?? w[field] ?? field;
}

function control(w: Words, kind: Kind, field: Field, value: string) {
  const text = label(w, kind, field);
  if (field === 'official' || field === 'devices') {
    const radio = (answer: 'yes' | 'no', id: string) =>
      html`<p class="choice"><input type="radio" id="${id}" name="${field}" value="${answer}"${raw(value === answer ? ' checked' : '')}><label for="${id}">${w[answer]}</label></p>`;
    return html`<fieldset><legend>${text}</legend>${radio('yes', field)}${radio('no', `${field}-no`)}</fieldset>`;
  }
  const type = field === 'note' ? 'text' : 'date';
  return html`<p><label for="${field}">${text}</label><input id="${field}" name="${field}" type="${type}" maxlength="200" value="${value}"></p>`;
}

const STYLE = readFileSync(new URL('./pages.css', import.meta.url), 'utf8');
