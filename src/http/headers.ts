/**
 * What every response says to the browser. All that the console needs comes from its own origin; inline script and
 * style are off, so that a name, a subject line or a file name shown on a page can never run as code.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const NEVER_NEEDED = ['camera', 'clipboard-read', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb'];

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  // Addresses hold ids of leads and what was searched for; they are no other site's business.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': NEVER_NEEDED.map((feature) => `${feature}=()`).join(', '),
};

/** Sets the security headers; `secure` adds that this host is only ever spoken to over TLS. */
export function setSecurityHeaders(headers: Headers, secure: boolean): void {
  for (const [name, value] of Object.entries(HEADERS)) {
    // A page may have its own referrer policy; nothing else is for a handler to decide.
    if (name !== 'Referrer-Policy' || !headers.has(name)) headers.set(name, value);
  }
  if (secure) headers.set('Strict-Transport-Security', 'max-age=31536000');
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
}
