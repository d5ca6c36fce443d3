/**
 * What a flood of junk does to the portal. A portal with the postage it has in service takes a few honest reports at rest,
 * then the same while junk arrives as fast as this machine can send it over real connections: half with made-up
 * postage, half with one honest challenge and wrong solutions. Everything runs on this machine, the attacker too.
 *
 *   node bench/flood.ts [JUNK]
 */
import { randomBytes } from 'node:crypto';
import { serveApp } from '../src/http/serve.ts';
import { POSTAGE } from '../src/reports/postage.ts';
import { keysOf, PortalClient, sealedSize } from '../src/reports/protocol/protocol.ts';
import { seedOf } from '../src/reports/protocol/samples.ts';
import { samplePortal, sampleReporter } from '../src/reports/sample-portal.ts';

const [junk = 10_000] = process.argv.slice(2).map(Number);
const AT_ONCE = 32;
const HONEST = 5;

const sample = await samplePortal({ postage: POSTAGE, suite: 'hybrid', slots: 8 });
const server = await serveApp((request) => sample.portal.fetch(request), { host: '127.0.0.1', port: 0 });
const client = new PortalClient(server.url);
const size = sealedSize('hybrid', 8, 65_536);

async function honest(): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < HONEST; count += 1) {
    const reporter = await sampleReporter(client);
    const start = performance.now();
    await reporter.send('an honest report');
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

async function flood(): Promise<{ refused: number; seconds: number }> {
  const { challenge } = await client.postage();
  const start = performance.now();
  let [sent, refused] = [0, 0];
  const one = async (): Promise<void> => {
    while (sent < junk) {
      sent += 1;
      const forged = sent % 2 === 0 ? randomBytes(32).toString('hex') : challenge;
      const response = await fetch(`${server.url}/portal/api/uploads`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ challenge: forged, counter: 1e9 + sent, size }),
      });
      await response.arrayBuffer();
      if (!response.ok) refused += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return { refused, seconds: (performance.now() - start) / 1000 };
}

try {
  const rest = await honest();
  const [attack, under] = await Promise.all([flood(), honest()]);
  await sample.portal.round();
  const recipient = await keysOf(seedOf(1), 'hybrid');
  const list = await client.delivered(recipient.signer);
  const middle = (times: number[]): number => times[Math.floor(times.length / 2)] ?? Number.NaN;
  console.log(`junk: ${junk} in ${attack.seconds.toFixed(1)} s, ${attack.refused} refused`);
  console.log(
    `an honest report, sealed and sent: ${middle(rest).toFixed(0)} ms at rest, ${middle(under).toFixed(0)} ms in the flood`,
  );
  console.log(
    `ratio ${(middle(under) / middle(rest)).toFixed(1)}; in the recipients' list: ${list.length} messages, ${2 * HONEST} of them honest`,
  );
} finally {
  await server.close();
  await sample.close();
}
