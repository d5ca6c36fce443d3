import type { z } from 'zod';
import { asFault, Fault, type FaultCode } from '../base/fault.ts';

/** A fault that points at fields of the input. `field` is such as `query.limit` or `body.name`. */
export class InputFault extends Fault {
  readonly fields: readonly { field: string; detail: string }[];

  constructor(fields: readonly { field: string; detail: string }[]) {
    const first = fields[0] ?? { field: 'input', detail: 'Invalid' };
    super('invalid-input', `${first.field}: ${first.detail}.`, { place: first.field });
    this.fields = fields;
  }
}

const MOST_FIELDS = 10;

/** What zod found, naming fields and what is expected of them; never the value, which may be a password or a name. */
export function inputFault(part: string, error: z.ZodError): InputFault {
  const fields = error.issues.slice(0, MOST_FIELDS).flatMap((issue) => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, MOST_FIELDS) : [];
    const at = [part, ...issue.path.map(String)].join('.').slice(0, 200);
    if (names.length === 0) return [{ field: at, detail: issue.message }];
    return names.map((name) => ({ field: `${at}.${name}`.slice(0, 200), detail: 'There is no such field' }));
  });
  return new InputFault(fields);
}

const TITLES: Partial<Record<FaultCode, string>> = { defect: 'Our own defect' };

/** The problem (RFC 9457) that a thrown value becomes. `request` is the id under which the log knows the request. */
export function problem(error: unknown, request: string): Response {
  const fault = asFault(error);
  const body = {
    type: `urn:countersign:fault:${fault.code}`,
    title: TITLES[fault.code] ?? title(fault.code),
    status: fault.status,
    // The message of an unknown error may quote anything: a row, a path, a statement.
    detail: fault.code === 'defect' ? 'Something went wrong on our side. The log says where.' : fault.message,
    code: fault.code,
    hint: fault.hint,
    instance: `urn:countersign:request:${request}`,
    ...(fault instanceof InputFault ? { errors: fault.fields } : {}),
  };
  return new Response(JSON.stringify(body), {
    status: fault.status,
    headers: { 'Content-Type': 'application/problem+json', ...retryAfter(fault.code) },
  });
}

/** Seconds after which who was turned away may come again (RFC 9110, 10.2.3). */
const RETRY_AFTER: Partial<Record<FaultCode, number>> = { 'intake-full': 5, 'intake-unavailable': 30 };

function retryAfter(code: FaultCode): Record<string, string> {
  const seconds = RETRY_AFTER[code];
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}

function title(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
