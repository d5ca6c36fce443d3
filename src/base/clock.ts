/** A clock is passed to what needs the time and never read from a global, so that a test can move it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

/** A clock that stands still until it is moved. `start` is an ISO 8601 time. */
export function manualClock(start: string): Clock & { advance(seconds: number): void } {
  let now = Date.parse(start);
  const clock = () => new Date(now);
  return Object.assign(clock, {
    advance(seconds: number) {
      now += seconds * 1000;
    },
  });
}
