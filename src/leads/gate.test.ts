import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

test('who reads during a change sees what is there after it; a change waits for those who read', async () => {
  const gate = new Gate();
  let value = 'old';
  const slow = Promise.withResolvers<void>();
  const reading = gate.read(async () => {
    await slow.promise;
    return value;
  });
  const changing = gate.change(async () => {
    value = 'half';
    await Promise.resolve();
    value = 'new';
  });
  const late = gate.read(() => value);
  expect(gate.changing).toBe(true);
  slow.resolve();
  expect(await reading).toBe('old');
  expect(await late).toBe('new');
  await changing;
  expect(gate.changing).toBe(false);
});

test('who waits too long is told to come again, and the gate opens after a change that failed', async () => {
  const gate = new Gate({ readerWaitMs: 1 });
  const long = Promise.withResolvers<void>();
  const changing = gate.change(() => long.promise);
  await expect(gate.read(() => 1)).rejects.toMatchObject({ code: 'computing', status: 503 });
  long.reject(new Error('no'));
  await expect(changing).rejects.toThrow('no');
  expect(await gate.read(() => 2)).toBe(2);
});
