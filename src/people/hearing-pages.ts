/**
 * What a person reads and answers about an inquiry into himself, as part of the pages without script: the invitation and
 * the decision in the words that were written for him, and a form where he may answer.
 */
import { html } from 'hono/html';

type Words = Readonly<Record<string, string>>;

/** As the room of cases gives it. Days and times are ISO 8601. */
export interface Invitation {
  readonly invitation: string;
  readonly text: string;
  readonly due: string;
  readonly replied_at: string | null;
  readonly decision: { readonly text: string; readonly appeal_until: string } | null;
  readonly appealed_at: string | null;
  readonly may_reply: boolean;
  readonly may_appeal: boolean;
}

export const HEARING_ANSWERS = ['reply', 'appeal'] as const;
export type HearingAnswer = (typeof HEARING_ANSWERS)[number];

/** A reply may be long, and a form writes nine bytes for a Chinese character. */
export const MOST_REPLY = { characters: 20_000, bytes: 200_000 } as const;

export function hearingSection(
  w: Words,
  language: string,
  { csrfToken, invitations }: { csrfToken: string; invitations: readonly Invitation[] },
) {
  if (invitations.length === 0) return '';
  const form = (kind: HearingAnswer, { invitation }: Invitation) => html`
<form method="post" action="/declarations/hearing-${kind}?lang=${language}">
<input type="hidden" name="csrf_token" value="${csrfToken}"><input type="hidden" name="invitation" value="${invitation}">
<p><label for="${kind}-${invitation}">${kind === 'reply' ? w.hearing_reply : w.hearing_appeal}</label><textarea id="${kind}-${invitation}" name="text" rows="8" maxlength="${MOST_REPLY.characters}" required></textarea></p>
<button>${kind === 'reply' ? w.hearing_send_reply : w.hearing_send_appeal}</button>
</form>`;
  const day = (time: string): string => time.slice(0, 10);
  const parts = invitations.map((one) => {
    const { text, due, replied_at, decision, appealed_at } = one;
    return html`<article><p class="said">${text}</p>
${replied_at === null ? html`<p>${w.hearing_due} ${day(due)}</p>` : html`<p>${w.hearing_replied} ${day(replied_at)}</p>`}
${one.may_reply ? form('reply', one) : ''}
${decision === null ? '' : html`<h3>${w.hearing_decision}</h3><p class="said">${decision.text}</p><p>${w.hearing_appeal_until} ${day(decision.appeal_until)}</p>`}
${appealed_at === null ? '' : html`<p>${w.hearing_appealed} ${day(appealed_at)}</p>`}
${one.may_appeal ? form('appeal', one) : ''}</article>`;
  });
  return html`<section aria-labelledby="hearing"><h2 id="hearing">${w.hearing}</h2><p>${w.hearing_text}</p>${parts}</section>`;
}
