/**
 * The one table of errors. A fault's code fixes its exit code (command line), its HTTP status (API), and its hint.
 * Exit codes: 0 done, 1 our own defect, 2 wrong use, 3 not found, 4 busy or locked, 5 refused (access),
 * 6 storage, 7 done, but much of the input was bad, 8 the ledger does not verify, 130 interrupted.
 * A message says what happened and to what; never a secret, a person's name or the text of a report.
 */
export const FAULTS = {
  defect: { exit: 1, status: 500, hint: 'This is a defect of the program. Please report it with the command you ran.' },
  usage: { exit: 2, status: 400, hint: 'Run the command with --help for its options and an example.' },
  'invalid-input': { exit: 2, status: 422, hint: 'Correct the value that is named and try again.' },
  'invalid-content': { exit: 2, status: 422, hint: 'Open the named file at the named place and correct it.' },
  'not-found': { exit: 3, status: 404, hint: 'Check the spelling, or list what exists first.' },
  'folder-not-found': { exit: 3, status: 404, hint: 'Name a folder that holds logon.csv, file.csv or the like.' },
  'data-missing': {
    exit: 3,
    status: 404,
    hint: 'Run `countersign demo` or `countersign ingest DIR --data DIR` first.',
  },
  computing: { exit: 4, status: 503, hint: 'New rows are being worked in. Try again in a moment.' },
  'data-in-use': {
    exit: 4,
    status: 503,
    hint: 'Stop the other process that uses this data directory, or name another one.',
  },
  'not-reachable': {
    exit: 4,
    status: 502,
    hint: 'Check the address and the connection. What was not confirmed has not been sent; run it again.',
  },
  'port-in-use': { exit: 4, status: 503, hint: 'Stop the program that uses the port, or choose another with --port.' },
  'sign-in-required': { exit: 5, status: 401, hint: 'Sign in and try again.' },
  'sign-in-failed': { exit: 5, status: 401, hint: 'Check name and password. After several failures wait a minute.' },
  'step-up-required': {
    exit: 5,
    status: 403,
    hint: 'Prove with your password or a passkey that it is you, and try again.',
  },
  'passkey-refused': {
    exit: 5,
    status: 403,
    hint: 'Try again. If it is refused again, sign in with your password and look at your passkeys.',
  },
  'no-passkeys-here': {
    exit: 2,
    status: 421,
    hint: 'Open the server by a name, such as http://localhost:12339 or its public_origin: passkeys belong to names.',
  },
  forbidden: { exit: 5, status: 403, hint: 'Your role does not include this. Ask who grants roles.' },
  'not-trusted': {
    exit: 5,
    status: 403,
    hint: 'Check the key file, its passphrase and the root key. What the right key did not sign is not to be used.',
  },
  'forged-request': { exit: 5, status: 403, hint: 'Reload the page and try again.' },
  'wrong-host': {
    exit: 5,
    status: 421,
    hint: 'Open the address that `countersign serve` printed, or set public_origin.',
  },
  'wrong-method': { exit: 2, status: 405, hint: 'The header Allow and /api/openapi.json say what this address takes.' },
  'wrong-type': { exit: 2, status: 415, hint: 'Send the body as application/json.' },
  'too-large': { exit: 2, status: 413, hint: 'Send less at once.' },
  'too-many-tries': { exit: 5, status: 429, hint: 'Wait a minute and try again.' },
  'engine-stopped': {
    exit: 6,
    status: 503,
    hint: 'Run `countersign doctor`; it checks the engines, the disk and the locks.',
  },
  'part-missing': {
    exit: 6,
    status: 503,
    hint: 'Start the named server again. Nothing is answered from a part of the people; what arrives meanwhile waits.',
  },
  'query-failed': {
    exit: 6,
    status: 500,
    hint: 'Run `countersign doctor`; it checks the engines, the disk and the locks.',
  },
  'query-too-slow': { exit: 6, status: 503, hint: 'Narrow the time span or the filter and try again.' },
  'intake-full': {
    exit: 4,
    status: 429,
    hint: 'Nothing of this delivery was taken. Send it again after the time in Retry-After.',
  },
  'intake-unavailable': {
    exit: 6,
    status: 503,
    hint: 'Nothing of this delivery was taken. Send it again after the time in Retry-After, and look at disk and store.',
  },
  'disk-full': {
    exit: 6,
    status: 507,
    hint: 'Free space on the disk that holds the data directory, then run the same command again.',
  },
  'migration-failed': {
    exit: 6,
    status: 500,
    hint: 'Keep the data directory as it is and report the named migration.',
  },
  'no-officers': {
    exit: 3,
    status: 409,
    hint: 'Enrol an officer of each class with `countersign officer`, then load the folder again: docs/pseudonyms.md.',
  },
  'key-missing': {
    exit: 6,
    status: 503,
    hint: 'Put the key file back from its backup, or correct key_folder. Without the key nobody behind a pseudonym can be found.',
  },
  'sealed-changed': {
    exit: 6,
    status: 503,
    hint: 'Somebody changed the database behind the program’s back, or it is damaged: keep it as it is and run `countersign verify DIR`.',
  },
  'ledger-unavailable': {
    exit: 6,
    status: 503,
    hint: 'Nothing was done, because it could not be recorded first. Check the disk of the data directory, then try again.',
  },
  'ledger-damaged': {
    exit: 6,
    status: 503,
    hint: 'Keep the data directory as it is and run `countersign verify DIR`; it names what was changed.',
  },
  'ledger-refuted': {
    exit: 8,
    status: 409,
    hint: 'Keep the directory as it is, make a copy, and have somebody look who does not administer it: docs/ledger.md.',
  },
  'bad-rows': {
    exit: 7,
    status: 422,
    hint: 'The Sources page lists file, line and reason of each bad row; `countersign doctor --data DIR` counts them.',
  },
  interrupted: { exit: 130, status: 499, hint: 'Run the same command again: it goes on where it stopped.' },
} as const satisfies Record<string, { exit: number; status: number; hint: string }>;

export type FaultCode = keyof typeof FAULTS;

/** An error with a place in the table. `place` is a file, a file and line, an option, or an id: what it happened to. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly place: string | undefined;

  constructor(code: FaultCode, message: string, options: { place?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.place = options.place;
  }

  get exit(): number {
    return FAULTS[this.code].exit;
  }
  get status(): number {
    return FAULTS[this.code].status;
  }
  get hint(): string {
    return FAULTS[this.code].hint;
  }
}

/** Any thrown value as a Fault; an unknown error is a defect of ours and keeps its cause. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Fault('defect', message, { cause: error });
}
