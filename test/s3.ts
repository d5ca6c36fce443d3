/**
 * A small S3 server on loopback for tests. It checks signature version 4 by itself, from the specification and not with the
 * library under test: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const KEYS = { accessKeyId: 'EXAMPLEKEY', secretAccessKey: 'example/secret+key', region: 'eu-test-1' };
const BUCKET = 'papers';
const PAGE = 3;

export interface S3Server {
  readonly endpoint: string;
  /** key -> its bytes and when it was changed. */
  readonly objects: Map<string, { body: Buffer; modified: string }>;
  /** What was asked for, and how often it failed on purpose. */
  readonly asked: string[];
  /** Keys whose answer is cut short, is too long, or never comes. */
  readonly wrong: Map<string, 'short' | 'long' | 'failing'>;
  /** So many answers are 503 before one is right. */
  busy: number;
  close(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const objects: S3Server['objects'] = new Map();
  const asked: string[] = [];
  const wrong: S3Server['wrong'] = new Map();
  const state = { busy: 0 };
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://127.0.0.1');
    asked.push(request.url!);
    if (state.busy > 0) {
      state.busy -= 1;
      return end(response, 503, 'SlowDown');
    }
    if (!isSigned(request, url)) return end(response, 403, 'SignatureDoesNotMatch');
    const [, bucket, ...rest] = url.pathname.split('/');
    if (bucket !== BUCKET || request.method !== 'GET') return end(response, 404, 'NoSuchBucket');
    const key = rest.map(decodeURIComponent).join('/');
    if (key === '') return list(response, url, objects);
    const found = objects.get(key);
    if (found === undefined) return end(response, 404, 'NoSuchKey');
    const fault = wrong.get(key);
    if (fault === 'failing') return end(response, 500, 'InternalError');
    const body =
      fault === 'short'
        ? found.body.subarray(1)
        : fault === 'long'
          ? Buffer.concat([found.body, found.body])
          : found.body;
    response.writeHead(200, { 'content-length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, objects, asked, wrong },
    get busy() {
      return state.busy;
    },
    set busy(count: number) {
      state.busy = count;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const end = (response: ServerResponse, status: number, code: string) =>
  void response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** ListObjectsV2: in the order of UTF-8 bytes, a page at a time. */
function list(response: ServerResponse, url: URL, objects: S3Server['objects']): void {
  if (url.searchParams.get('list-type') !== '2') {
    end(response, 400, 'InvalidArgument');
    return;
  }
  const prefix = url.searchParams.get('prefix') ?? '';
  const after = Buffer.from(url.searchParams.get('continuation-token') ?? '', 'base64').toString('utf8');
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(prefix))
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const from = after === '' ? 0 : keys.indexOf(after) + 1;
  const page = keys.slice(from, from + PAGE);
  const more = from + PAGE < keys.length;
  const contents = page.map((key) => {
    const { body, modified } = objects.get(key)!;
    return `<Contents><Key>${xml(key)}</Key><LastModified>${modified}</LastModified><Size>${body.length}</Size><Owner><ID>x</ID></Owner></Contents>`;
  });
  const token = more
    ? `<NextContinuationToken>${Buffer.from(page.at(-1)!).toString('base64')}</NextContinuationToken>`
    : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name><IsTruncated>${more}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`,
  );
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

function isSigned(request: IncomingMessage, url: URL): boolean {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? '',
  );
  if (parts === null) return false;
  const [, credential, signed, signature] = parts as unknown as [string, string, string, string];
  const [id, day, region, service, last] = credential.split('/');
  if (id !== KEYS.accessKeyId || region !== KEYS.region || service !== 's3' || last !== 'aws4_request') return false;
  const time = String(request.headers['x-amz-date']);
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const path = url.pathname.split('/').map((step) => encode(decodeURIComponent(step)));
  const headers = signed.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const payload = String(request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD');
  const canonical = [request.method, path.join('/'), query.join('&'), headers.join(''), signed, payload].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [region, 's3', 'aws4_request'].reduce(
    (made, part) => hmac(made, part!),
    hmac(`AWS4${KEYS.secretAccessKey}`, day!),
  );
  return hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`).toString('hex') === signature;
}
