const DAY_MILLISECONDS = 86_400_000;

/** The day (YYYY-MM-DD) so many days later, or earlier for a negative number. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
}
