import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { type Route, route } from '../http/route.ts';
import { linesOf, MOST_WIRE_BYTES } from './body.ts';
import { MOST_STREAM_BYTES } from './entry.ts';
import type { Spool } from './spool.ts';

const NAME = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
/** Each holds its body in memory until it is durable. */
const MOST_AT_ONCE = 32;

const RECEIPT = z.object({
  batch: z.string().describe('The same for the same delivery'),
  source: z.string(),
  lines: z.int().describe('How many lines are durable now'),
  repeated: z.boolean().describe('This delivery had been acknowledged before, and nothing was added'),
});

/** Taking lines in: POST /api/intake/SOURCE. */
export function intakeRoutes(spool: Spool): Route[] {
  let underWay = 0;
  return [
    route({
      method: 'POST',
      path: '/api/intake/:source',
      audience: 'shipper',
      summary:
        'Takes in lines (NDJSON, a JSON array, or text), packed with gzip or zstd or not; answers when they are durable. See docs/intake.md.',
      params: z.object({ source: NAME }),
      bodyLimit: MOST_WIRE_BYTES,
      response: RECEIPT,
      async handler({ params: { source } }, { request, shipper }) {
        if (shipper.source !== source)
          throw new Fault('forbidden', 'The token is for another source.', { place: 'source' });
        if (underWay >= MOST_AT_ONCE) throw new Fault('intake-full', 'Too many deliveries are under way.');
        underWay += 1;
        try {
          const place = placeOf(request.headers);
          const { id, lines, repeated } = await spool.put({ source, ...place, ...(await linesOf(request)) });
          return { batch: id, source, lines, repeated };
        } finally {
          underWay -= 1;
        }
      },
    }),
  ];
}

/**
 * Countersign-Stream and Countersign-Sequence say where the lines stand; Idempotency-Key names the delivery, in which a line
 * then stands at its place. Without either a line is known by what it says.
 */
function placeOf(headers: Headers): { stream: string; sequence: number | undefined } {
  const key = headers.get('idempotency-key');
  const stream = headers.get('countersign-stream') ?? (key === null ? '' : `key:${key}`);
  if (Buffer.byteLength(stream) > MOST_STREAM_BYTES)
    throw new Fault('invalid-input', `A stream's name has at most ${MOST_STREAM_BYTES} bytes.`, { place: 'stream' });
  const given = headers.get('countersign-sequence') ?? (key === null ? undefined : '1');
  if (given === undefined) return { stream, sequence: undefined };
  const sequence = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isNaN(sequence))
    throw new Fault('invalid-input', 'The sequence is the number of the first line.', {
      place: 'countersign-sequence',
    });
  return { stream, sequence };
}
