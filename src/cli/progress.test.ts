import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, formatProgress, formatSummary, type Moment, startProgress } from './progress.ts';

const moment: Moment = { label: 'Loading', unit: 'rows', done: 1_464_211, total: 2_400_000, rate: 305_113 };

describe('the line', () => {
  test('says share, count, speed and time left', () => {
    expect(formatProgress(moment, 120)).toBe(
      'Loading  [==============          ]   61 %  1,464,211 of 2,400,000 rows  305,113 rows/s  4 s left',
    );
  });
  test('gives up its bar before its figures', () => {
    expect(formatProgress(moment, 80)).toBe('Loading   61 %  1,464,211 of 2,400,000 rows  305,113 rows/s  4 s left');
  });
  test('has no share where the end is not known, and no time left before a speed is known', () => {
    expect(formatProgress({ ...moment, total: undefined, note: '2026-03-01' }, 80)).toBe(
      'Loading  1,464,211 rows  305,113 rows/s  2026-03-01',
    );
    expect(formatProgress({ ...moment, done: 0, rate: 0 }, 60)).toBe('Loading    0 %  0 of 2,400,000 rows');
  });
  test('never is longer than the terminal is wide', () => {
    const numbers = fc.record({
      done: fc.nat({ max: 1e12 }),
      total: fc.option(fc.nat({ max: 1e12 }), { nil: undefined }),
      rate: fc.double({ min: 0, max: 1e9, noNaN: true }),
      note: fc.option(fc.string(), { nil: undefined }),
    });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 200 }), (figures, columns) => {
        expect(formatProgress({ label: 'Loading', unit: 'rows', ...figures }, columns).length).toBeLessThanOrEqual(
          columns,
        );
      }),
    );
  });
  test('durations are said as people say them', () => {
    expect([0, 7.2, 59.9, 125, 3599.5, 4000].map(formatDuration)).toEqual([
      '0 s',
      '8 s',
      '1 min 00 s',
      '2 min 05 s',
      '1 h 00 min',
      '1 h 07 min',
    ]);
  });
  test('the summary keeps count, time and speed', () => {
    const start = { label: 'Replaying', unit: 'days', total: 210 };
    expect(formatSummary(start, 210, 70.2, '31 leads')).toBe(
      'Replaying  210 days in 1 min 11 s (3.0 days/s)  31 leads',
    );
  });
});

describe('the target', () => {
  function record(isTTY: boolean) {
    const written: string[] = [];
    let now = 0;
    const progress = startProgress({ isTTY, columns: 100, write: (text) => written.push(text) }, () => now);
    return { written, progress, at: (ms: number) => (now = ms) };
  }

  test('a terminal is redrawn on one line, ten times a second at most', () => {
    const { written, progress, at } = record(true);
    const line = progress({ label: 'Loading', unit: 'rows', total: 100 });
    for (let ms = 0; ms <= 1000; ms += 10) {
      at(ms);
      line.update(ms / 10);
    }
    line.done();
    expect(written).toHaveLength(12);
    expect(written.slice(0, -1).every((text) => text.startsWith('\r') && text.endsWith('\x1b[K'))).toBe(true);
    expect(written.at(-2)).toContain('100 of 100 rows  100 rows/s');
    expect(written.at(-1)).toBe('\rLoading  100 rows in 1.0 s (100 rows/s)\x1b[K\n');
  });

  test('a log gets a line every five seconds', () => {
    const { written, progress, at } = record(false);
    const line = progress({ label: 'Loading', unit: 'rows', total: 1200 });
    for (let ms = 0; ms <= 12_000; ms += 10) {
      at(ms);
      line.update(ms / 10);
    }
    line.done('3 files');
    expect(written).toEqual([
      'Loading   41 %  500 of 1,200 rows  100 rows/s  7 s left\n',
      'Loading   83 %  1,000 of 1,200 rows  100 rows/s  2 s left\n',
      'Loading  1,200 rows in 12 s (100 rows/s)  3 files\n',
    ]);
  });

  test('the speed is that of the last seconds, so a slow start does not spoil the forecast', () => {
    const { written, progress, at } = record(false);
    const line = progress({ label: 'Loading', unit: 'rows', total: 100_000 });
    for (let ms = 0; ms <= 60_000; ms += 1000) {
      at(ms);
      line.update(ms < 30_000 ? 0 : (ms - 30_000) / 10);
    }
    expect(written.at(-1)).toBe('Loading    3 %  3,000 of 100,000 rows  100 rows/s  16 min 10 s left\n');
  });
});
