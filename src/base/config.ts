import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Fault, type FaultCode } from './fault.ts';
import { LevelScheme } from './level.ts';
import { LOG_LEVELS } from './log.ts';

const number = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** A list in the file; in the environment, words with commas between. */
const list = () =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value),
    z.array(z.string().min(1).max(200)).max(200),
  );

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Every setting: its name, its type, its default. The names are the same in the file, the environment and here. */
const SETTINGS = z.strictObject({
  /** Address to listen on. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. */
  port: number(0, 65535).default(12339),
  /** The address people type, such as https://countersign.example.org; needed when listening beyond loopback. */
  public_origin: z.url({ protocol: /^https?$/ }).optional(),
  /** The portal for reports: its port, the address people type, how often mail is delivered, and how much it may hold. */
  portal_port: number(0, 65535).default(12340),
  portal_public_origin: z.url({ protocol: /^https?$/ }).optional(),
  portal_round_minutes: number(1, 7 * 24 * 60).default(24 * 60),
  portal_gigabytes: number(1, 100_000).default(20),
  /** The certificate, its key, and who signs those of senders (PEM files), for sources that listen with TLS. */
  intake_tls_cert_file: z.string().min(1).optional(),
  intake_tls_key_file: z.string().min(1).optional(),
  intake_tls_ca_file: z.string().min(1).optional(),
  /** How much may wait in the spool before senders are told to come again. */
  intake_spool_gigabytes: number(1, 10_000).default(4),
  /** The folder with the key to pseudonyms, such as one on another volume; without it, keys/ in the data directory. */
  key_folder: z.string().min(1).optional(),
  /** How long after its request an identity may be opened and seen, and after how many days the person is told. */
  unmask_hours: number(1, 30 * 24).default(72),
  notify_after_days: number(1, 365).default(30),
  /**
   * Servers in place of the embedded stores: PostgreSQL (postgres://user:password@host/database), ClickHouse
   * (https://user:password@host:8443/database, several with commas between), and the name of their cluster.
   */
  postgres_url: z
    .string()
    .regex(/^postgres(ql)?:\/\//)
    .optional(),
  clickhouse_url: z
    .string()
    .regex(/^https?:\/\//)
    .optional(),
  clickhouse_cluster: z
    .string()
    .regex(/^[\w-]+$/)
    .optional(),
  /** For Prometheus, on loopback alone: /metrics, /healthz and /readyz. Without a port there are none. */
  metrics_port: number(0, 65535).optional(),
  log_level: z.enum(LOG_LEVELS).default('info'),
  /** A session that is not used for so long ends. */
  session_idle_minutes: number(1, 24 * 60).default(30),
  /** A session ends after so long however much it is used. */
  session_hours: number(1, 7 * 24).default(12),
  /** The organisation's own sign-in (OpenID Connect): the issuer, this program's name there, the file of its secret. */
  oidc_issuer: z.url({ protocol: /^https?$/ }).optional(),
  oidc_client_id: z.string().min(1).max(200).default('countersign'),
  oidc_client_secret_file: z.string().min(1).optional(),
  /** The claim that names the person. Nobody must be able to change his own at the provider. */
  oidc_person_claim: z.string().min(1).max(100).default('preferred_username'),
  /** The directory's roles of those who keep networks, servers and databases: leads about them go to reviewers alone. */
  administrator_roles: list().default([
    ...['NetworkAdministrator', 'SystemAdministrator', 'StorageAdministrator', 'DatabaseAdministrator'],
    ...['SecurityAdministrator', 'SecurityAnalyst', 'ITAdmin'],
  ]),
  /**
   * For how many days decisions about leads are kept that became no case, closed cases in which nothing was found, and
   * other closed cases. A lead's own evidence has faded after 120 days: its dismissal must not be forgotten before.
   */
  retention_triage_days: number(120, 3650).default(180),
  retention_unfounded_days: number(1, 3650).default(180),
  retention_case_days: number(1, 36_500).default(1825),
  /** What the levels of documents and clearances are called, and in tables; in the environment as JSON. */
  document_levels: z.preprocess((value) => (typeof value === 'string' ? parsed(value) : value), LevelScheme).optional(),
});

export type Config = z.output<typeof SETTINGS> & {
  /** The data directory. */
  data: string;
};
type Key = keyof z.output<typeof SETTINGS>;
const KEYS = Object.keys(SETTINGS.shape) as Key[];

/** Where a value came from, for the error message, and the fault a bad one is. */
interface Origin {
  place: string;
  code: FaultCode;
}

/**
 * The configuration: defaults, then `config.yml` in the data directory, then the environment (`COUNTERSIGN_PORT`),
 * then options of the command line; the later wins. `options` leaves out what was not given.
 *
 * Throws `invalid-content` for a bad file, `invalid-input` for the environment, `usage` for an option. The message
 * names the file or variable and the key, and never the value, which may hold a password.
 */
export function readConfig(sources: {
  data: string;
  environment?: Record<string, string | undefined>;
  options?: Readonly<Record<string, unknown>>;
}): Config {
  const file = join(sources.data, 'config.yml');
  const values: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  const take = (key: string, value: unknown, origin: Origin) => {
    if (!KEYS.includes(key as Key))
      throw refusal(origin, `There is no setting ${key}. The settings are ${KEYS.join(', ')}.`);
    values[key] = value;
    origins.set(key, origin);
  };
  for (const [key, value] of Object.entries(readFile(file))) {
    take(key, value, { place: `${file}: ${key}`, code: 'invalid-content' });
  }
  for (const key of KEYS) {
    const variable = `COUNTERSIGN_${key.toUpperCase()}`;
    const value = sources.environment?.[variable];
    if (value !== undefined && value !== '') take(key, value, { place: variable, code: 'invalid-input' });
  }
  for (const [key, value] of Object.entries(sources.options ?? {})) {
    if (value !== undefined) take(key, value, { place: `--${key.replaceAll('_', '-')}`, code: 'usage' });
  }
  const result = SETTINGS.safeParse(values);
  if (result.success) return { ...result.data, data: sources.data };
  const issue = result.error.issues[0];
  const key = String(issue?.path[0] ?? '');
  const origin = origins.get(key) ?? { place: file, code: 'invalid-content' };
  throw refusal(origin, `${origin.place}: ${issue?.message ?? 'Invalid value'}.`);
}

function readFile(file: string): Record<string, unknown> {
  if (!existsSync(file)) return {};
  const origin: Origin = { place: file, code: 'invalid-content' };
  const document = parseDocument(readFileSync(file, 'utf8'));
  const error = document.errors[0];
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    // The parser's own message quotes the line, and the line may hold a password.
    throw refusal({ ...origin, place: `${file}:${line}` }, `${file}:${line} is not YAML (${error.code}).`);
  }
  const content: unknown = document.toJS();
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw refusal(origin, `${file} must hold settings, one a line, such as "port: 12339".`);
  }
  return content as Record<string, unknown>;
}

function refusal(origin: Origin, message: string): Fault {
  return new Fault(origin.code, message, { place: origin.place });
}
