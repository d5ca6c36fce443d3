import { type DestinationStream, pino } from 'pino';
import { Fault } from './fault.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Everything a log entry can carry. It is a list of what may be written, not of what must be hidden: a new field is
 * left out until somebody adds it here and has thought about whether it can hold a name, a secret or a report's text.
 * `route` is the pattern (`/api/leads/:id`), never the address, which holds ids and what was searched for.
 */
export interface LogFields {
  room?: string;
  request?: string;
  method?: string;
  route?: string;
  status?: number;
  milliseconds?: number;
  rows?: number;
  bytes?: number;
  batch?: string;
  source?: string;
  job?: string;
  engine?: string;
  migration?: string;
  port?: number;
  pid?: number;
  code?: string;
  days?: number;
  total_days?: number;
  error?: unknown;
}

const ALLOWED = {
  ...{ room: true, request: true, method: true, route: true, status: true, milliseconds: true, rows: true },
  ...{ bytes: true, batch: true, source: true, job: true, engine: true, migration: true, port: true, pid: true },
  ...{ code: true, days: true, total_days: true, error: true },
} satisfies Record<keyof LogFields, true>;

export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Opens the program's log: JSON lines on standard error, or on `destination`. `message` is constant text. */
export function openLog(options: { level?: LogLevel; destination?: DestinationStream } = {}): Log {
  const settings = {
    level: options.level ?? 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: allowedOnly,
    },
  };
  return pino(settings, options.destination ?? pino.destination({ fd: 2, sync: true }));
}

export const silentLog: Log = openLog({ level: 'silent' });

function allowedOnly(fields: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (!Object.hasOwn(ALLOWED, key)) continue;
    kept[key] = key === 'error' ? describeError(value) : value;
  }
  return kept;
}

/**
 * A fault's message is written by us and holds no personal data. Any other error's message may quote a row, a
 * password in an address or a line of a report, so only its class, its code and where it arose are written.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const ours = error instanceof Fault && !repeatsItsCause(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    name: error.name,
    code,
    message: ours ? error.message : undefined,
    frames: ours && error.code !== 'defect' ? undefined : framesOf(error),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}

/** An unknown error that was made into a fault keeps its own message. */
function repeatsItsCause({ cause, message }: Fault): boolean {
  return cause !== undefined && message === (cause instanceof Error ? cause.message : String(cause));
}

/** The stack begins with the message, which may have lines that look like frames: it is cut off as a whole. */
function framesOf({ stack = '', message }: Error): string[] {
  const at = stack.indexOf(message);
  const lines = at < 0 ? [] : stack.slice(at + message.length).split('\n');
  return lines
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, 12);
}
