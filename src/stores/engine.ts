/**
 * The embedded event engine: a child process that holds chDB and answers ClickHouse's HTTP protocol on a Unix socket
 * inside the data directory. The rest of the program speaks to it with the same client as to a ClickHouse cluster.
 *
 * Why a process of its own: an in-process query cannot be interrupted and four of them starve libuv's threads; here the
 * worst case is a child that is ended and started again. Why a Unix socket: the directory's permissions guard it, so
 * another account on the same machine cannot ask the engine anything.
 *
 * Started by clickhouse.ts as `engine.ts DIRECTORY SOCKET MEMORY_BYTES`; it ends when its parent goes away.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ChdbResult, Session } from 'chdb';

const [directory, socket, memoryBytes] = process.argv.slice(2) as [string, string, string];

/** Settings that the client sends to every server and that mean nothing without one. */
const TRANSPORT = new Set(['query', 'query_id', 'session_id', 'database', 'default_format', 'enable_http_compression']);
const IGNORED = new Set(['wait_end_of_query', 'send_progress_in_http_headers', 'http_headers_progress_interval_ms']);

const session = new Session(directory, {
  connectionArgs: [
    `--max_server_memory_usage=${memoryBytes}`,
    '--max_threads=2',
    // Otherwise it falls back to one thread when less than a gigabyte for each is free: always, on a small machine.
    '--max_threads_min_free_memory_per_thread=0',
    '--max_insert_threads_min_free_memory_per_thread=0',
    // The engine's own query log would cost every question 5 ms, and it would keep the values of parameters.
    '--log_queries=0',
    // Under load the engine's choice between its parallel joins loses matches, about once in a hundred statements.
    '--join_algorithm=hash',
    // A statement of this size takes longer to compile to machine code than to run.
    '--compile_expressions=0',
    '--compile_aggregate_expressions=0',
    '--compile_sort_description=0',
    `--max_bytes_before_external_group_by=${Math.round(Number(memoryBytes) / 4)}`,
    `--max_bytes_before_external_sort=${Math.round(Number(memoryBytes) / 4)}`,
    '--output_format_json_quote_64bit_integers=0',
    '--date_time_output_format=simple',
    '--session_timezone=UTC',
  ],
});

/** The client sends parameters in the address: a rule's list of values is longer than Node's 16 KiB for it. */
const MOST_HEADER_BYTES = 64 << 20;

/**
 * The client escapes an HTTP parameter and the binder escapes it once more: undo the first. Inside an array a quote is
 * written doubled, because the binder would turn the client's backslash before it into two.
 */
function unescapeParameter(text: string, isArray: boolean): string {
  const quote = isArray ? "''" : "'";
  const controls: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '0': '\0', "'": quote };
  return text.replace(/\\(.)/gs, (_, c: string) => controls[c] ?? c);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function execute(url: URL, body: string): Promise<ChdbResult> {
  const sql = [url.searchParams.get('query') ?? '', body].filter((part) => part !== '').join('\n');
  const parameters: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) {
      const key = name.slice(6);
      parameters[key] = unescapeParameter(value, sql.includes(`{${key}:Array(`));
    } else if (!TRANSPORT.has(name) && !IGNORED.has(name))
      throw new Error(`Code: 115. DB::Exception: write the setting ${name} into the query's SETTINGS clause`);
  }
  const options = { format: url.searchParams.get('default_format') ?? 'TabSeparated' };
  return Object.keys(parameters).length > 0
    ? session.queryBindAsync(sql, parameters, options)
    : session.queryAsync(sql, options);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://engine');
  if (url.pathname === '/ping') return void response.end('Ok.\n');
  try {
    const body = await read(request);
    const result = await execute(url, body);
    response.setHeader('X-ClickHouse-Summary', JSON.stringify({ read_rows: String(result.rowsRead) }));
    response.end(result.bytes());
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const code = /Code: (\d+)/.exec(text)?.[1] ?? '1000';
    response.writeHead(500, { 'X-ClickHouse-Exception-Code': code, 'Content-Type': 'text/plain' });
    response.end(text.includes('(version') ? text : `${text} (version chdb)`);
  }
}

const server = createServer(
  { maxHeaderSize: MOST_HEADER_BYTES },
  (request, response) => void answer(request, response),
);
server.keepAliveTimeout = 60_000;
server.requestTimeout = 0;
server.headersTimeout = 0;

// A parent that was ended by SIGKILL cannot say goodbye; without this the engine would keep the directory locked.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole group; the parent decides when the engine ends
process.on('SIGTERM', () => {});
process.on('message', (message) => {
  if (message !== 'close') return;
  server.close();
  session.close();
  process.exit(0);
});

await session.queryAsync('SELECT 1'); // fails here, not at the first question, when the directory is unusable
server.listen(socket, () => process.send?.('ready'));
