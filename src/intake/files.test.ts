import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Collector } from './collector.ts';
import { Drop } from './drop.ts';
import { Spool } from './intake.ts';
import { listenTcp, listenUdp } from './syslog.ts';
import { Tail } from './tail.ts';

const root = mkdtempSync(join(tmpdir(), 'intake-files-'));
afterAll(() => rmSync(root, { recursive: true }));
let spool: Spool;
let folder = '';
let log = '';
let count = 0;

beforeEach(async () => {
  folder = join(root, String(count++));
  mkdirSync(folder);
  log = join(folder, 'x.log');
  spool = await Spool.open(join(folder, 'data'));
});

/** What waits in the spool: each line with its place, in the order in which it came. */
const taken = () => lines(spool).map(({ line }) => line);
function lines(of: Spool): { line: string; key: string }[] {
  return of.entries('src').flatMap(({ file, stream, sequence }) =>
    readFileSync(join(of.folder, 'src', file), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line, at) => ({ line, key: `${stream} ${sequence! + at} ${line}` })),
  );
}
const tail = () => new Tail(spool, 'src', log, 0);

function pack(old: string): void {
  writeFileSync(old, gzipSync(readFileSync(log)));
  rmSync(log);
}

function copyAndCut(old: string): void {
  copyFileSync(log, old);
  truncateSync(log);
}

test('a log is read as it grows; a last line waits for its end', async () => {
  const reader = tail();
  await reader.look();
  writeFileSync(log, 'a\nb\nhal');
  await reader.look();
  expect(taken()).toEqual(['a', 'b']);
  appendFileSync(log, 'f\nb\n');
  await reader.look();
  expect(taken()).toEqual(['a', 'b', 'half', 'b']);
  expect(new Set(lines(spool).map(({ key }) => key)).size).toBe(4);
});

test('an empty log that is watched and then written to keeps its name when the process ends at the worst moment', async () => {
  writeFileSync(log, '');
  const reader = tail();
  await reader.look();
  const memory = join(spool.folder, 'src.tail.json');
  const before = existsSync(memory) ? readFileSync(memory) : undefined;
  writeFileSync(log, 'a\nb\n');
  await reader.look();
  // The lines are durable, what the reader remembers is not.
  if (before === undefined) rmSync(memory);
  else writeFileSync(memory, before);
  await tail().look();
  expect(new Set(lines(spool).map(({ key }) => key)).size).toBe(2);
});

test('a new process goes on where the last one was, and what it reads twice is known to be the same', async () => {
  writeFileSync(log, 'a\nb\n');
  await tail().look();
  const remembered = readFileSync(join(spool.folder, 'src.tail.json'));
  appendFileSync(log, 'c\n');
  await tail().look();
  // Killed between a line's becoming durable and its being remembered.
  writeFileSync(join(spool.folder, 'src.tail.json'), remembered);
  appendFileSync(log, 'd\n');
  await tail().look();
  expect(taken()).toEqual(['a', 'b', 'c', 'c', 'd']);
  expect(new Set(lines(spool).map(({ key }) => key)).size).toBe(4);
});

test.each([
  ['renamed', (old: string) => renameSync(log, old), '.1'],
  ['renamed and packed', pack, '.1.gz'],
  ['copied and cut off', copyAndCut, '.1'],
] as const)('a log that is %s loses no line', async (_, rotate, end) => {
  writeFileSync(log, 'a\nb\n');
  await tail().look();
  appendFileSync(log, 'written before the rotation\n');
  rotate(`${log}${end}`);
  appendFileSync(log, 'a\nnew\n');
  const reader = tail();
  await reader.look();
  await reader.look();
  expect(taken()).toEqual(['a', 'b', 'written before the rotation', 'a', 'new']);
  expect(new Set(lines(spool).map(({ key }) => key)).size).toBe(5);
});

test('a log that was rotated twice while nobody looked loses no line', async () => {
  writeFileSync(log, 'a\n');
  await tail().look();
  appendFileSync(log, 'b\n');
  renameSync(log, `${log}.2`);
  writeFileSync(`${log}.1`, 'c\nd');
  writeFileSync(log, 'e\n');
  await tail().look();
  expect(taken()).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('files in a folder are taken once, and moved; what cannot be read says why', async () => {
  const drop = new Drop(spool, 'src', folder);
  writeFileSync(join(folder, 'a.log'), 'x\nx\n');
  writeFileSync(join(folder, 'b.json.gz'), gzipSync('[{"a":1},\n{"b":2}]'));
  writeFileSync(join(folder, 'c.json'), '[{"a":1}');
  writeFileSync(join(folder, 'd.log.part'), 'not yet');
  expect(await drop.look()).toBe(0); // they might still be being written
  await drop.look();
  expect(taken()).toEqual(['x', 'x', '{"a":1}', '{"b":2}']);
  expect(readdirSync(join(folder, 'done')).sort()).toEqual(['a.log', 'b.json.gz']);
  expect(readdirSync(join(folder, 'failed')).sort()).toEqual(['c.json', 'c.json.reason.txt']);
  writeFileSync(join(folder, 'a-again.log'), 'x\nx\n');
  await drop.look();
  await drop.look();
  expect(taken()).toHaveLength(4);
  expect(readdirSync(folder)).toContain('d.log.part');
});

test('syslog over TCP and UDP becomes durable, equal messages each', async () => {
  const tcp = await listenTcp({ host: '127.0.0.1', port: 0 }, new Collector(spool, 'src', 'tcp'));
  const udp = await listenUdp({ host: '127.0.0.1', port: 0 }, new Collector(spool, 'src', 'udp'));
  const socket: Socket = connect(tcp.port, '127.0.0.1');
  socket.end('<1>one\n<1>one\n6 <1>two');
  const sender = createSocket('udp4');
  for (let at = 0; at < 2; at += 1) sender.send('<1>three', udp.port, '127.0.0.1');
  await expect.poll(taken, { timeout: 5000 }).toHaveLength(5);
  expect(taken().sort()).toEqual(['<1>one', '<1>one', '<1>three', '<1>three', '<1>two']);
  const closed = once(sender, 'close');
  sender.close();
  await closed;
  await Promise.all([tcp.close(), udp.close()]);
  expect(new Set(lines(spool).map(({ key }) => key)).size).toBe(5);
});
