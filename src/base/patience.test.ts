import { expect, test } from 'vitest';
import { Patience } from './patience.ts';

test('what fails waits longer each time, up to five minutes, and starts anew after a success; others do not wait', () => {
  let now = 0;
  const patience = new Patience(() => now);
  const pauses: number[] = [];
  for (let i = 0; i < 9; i++) {
    const failedAt = now;
    patience.failed('file');
    while (!patience.isDue('file')) now += 500;
    pauses.push((now - failedAt) / 1000);
  }
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  patience.failed('file');
  expect([patience.isDue('file'), patience.isDue('another')]).toEqual([false, true]);
  patience.succeeded('file');
  expect(patience.isDue('file')).toBe(true);
});
