import { scaleUtc } from 'd3-scale';

/** Days as numbers of milliseconds; a day stands for its midnight in UTC, which is only a way of counting. */
export const timeOf = (day: string) => Date.parse(`${day.slice(0, 10)}T00:00:00Z`);
export const DAY = 86_400_000;
export const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** From the first day's start to the last day's end. */
export function dayScale(from: string, to: string, width: number, left: number, right: number) {
  return scaleUtc([timeOf(from), timeOf(to) + DAY], [left, width - right]);
}

/** Days to label, about one in 90 px, on the firsts of weeks or months where these fit. */
export function dayTicks(scale: ReturnType<typeof dayScale>, width: number): string[] {
  return scale.ticks(Math.max(2, Math.floor(width / 90))).map((date) => dayOf(date.getTime()));
}
