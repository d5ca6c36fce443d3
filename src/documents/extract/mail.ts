/** Mail messages (RFC 5322, MIME): subject and body are the text, attachments are parts of their own. */
import PostalMime from 'postal-mime';
import { htmlText } from './markup.ts';
import type { Inside } from './part.ts';
import { safeName } from './zip.ts';

const MAX_NESTING = 64;

export async function mailParts(bytes: Uint8Array, inside: Inside): Promise<string> {
  const mail = await PostalMime.parse(bytes, {
    attachmentEncoding: 'arraybuffer',
    maxNestingDepth: MAX_NESTING,
    forceRfc822Attachments: true,
  });
  const body = mail.text?.trim() ? mail.text : htmlText(mail.html ?? '');
  for (const [at, attachment] of mail.attachments.entries()) {
    const content = new Uint8Array(attachment.content as ArrayBuffer);
    inside.budget.take(content.length);
    const fallback = attachment.mimeType === 'message/rfc822' ? `message-${at + 1}.eml` : `attachment-${at + 1}`;
    await inside.part({ name: safeName(attachment.filename || fallback), bytes: content });
  }
  return [mail.subject ?? '', body].join('\n');
}
