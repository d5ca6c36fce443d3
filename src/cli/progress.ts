/** One moment of some long work. Times in seconds; `total` undefined where the end is not known. */
export interface Moment {
  readonly label: string;
  readonly unit: string;
  readonly done: number;
  readonly total?: number | undefined;
  /** Units in each second, lately. */
  readonly rate: number;
  readonly note?: string | undefined;
}

export interface Progress {
  /** `done` counts from 0 to the total; `note` is a few words, such as the day being replayed. */
  update(done: number, note?: string): void;
  /** Ends the line and leaves a summary: count, time taken, speed. */
  done(note?: string): void;
}

export interface ProgressStart {
  readonly label: string;
  readonly unit: string;
  readonly total?: number;
}

export type StartProgress = (start: ProgressStart) => Progress;

/** What a progress line is written to: standard error, or a test's own. */
export interface ProgressTarget {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const SPARSE_MS = 5000;
const RATE_WINDOW_MS = 10_000;
const BAR = 24;

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Seconds as a person would say them: `8 s`, `2 min 05 s`, `1 h 07 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.ceil(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** The progress line, cut to `columns`. The bar goes first when the line is too long: the figures say more. */
export function formatProgress(moment: Moment, columns: number, withBar = true): string {
  const { label, unit, done, total, rate, note } = moment;
  const parts = [label];
  if (total !== undefined && total > 0) {
    const share = Math.min(1, Math.max(0, done / total));
    const full = Math.floor(share * BAR);
    if (withBar) parts.push(`[${'='.repeat(full)}${' '.repeat(BAR - full)}]`);
    parts.push(`${Math.floor(share * 100)} %`.padStart(5), `${formatCount(done)} of ${formatCount(total)} ${unit}`);
  } else {
    parts.push(`${formatCount(done)} ${unit}`);
  }
  if (rate > 0) parts.push(`${formatRate(rate)} ${unit}/s`);
  if (rate > 0 && total !== undefined && done < total) parts.push(`${formatDuration((total - done) / rate)} left`);
  if (note) parts.push(note);
  const line = parts.join('  ');
  if (line.length <= columns) return line;
  return withBar ? formatProgress(moment, columns, false) : line.slice(0, columns);
}

/** A slow rate keeps one decimal: 0.4 days/s is not 0. */
function formatRate(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : formatCount(rate);
}

/** The line that stays when the work is over. */
export function formatSummary(start: ProgressStart, done: number, seconds: number, note?: string): string {
  const taken = seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
  const speed = seconds > 0 ? ` (${formatRate(done / seconds)} ${start.unit}/s)` : '';
  return `${start.label}  ${formatCount(done)} ${start.unit} in ${taken}${speed}${note ? `  ${note}` : ''}`;
}

/**
 * Progress on `target`: on a terminal one line that is redrawn, elsewhere (a log, a pipe) a line every five seconds.
 * `now` in milliseconds, never running backwards.
 */
export function startProgress(target: ProgressTarget, now: () => number): StartProgress {
  return (start) => {
    const begun = now();
    let samples = [{ at: begun, done: 0 }];
    let drawn = target.isTTY ? Number.NEGATIVE_INFINITY : begun;
    let latest = 0;

    function rateAt(at: number): number {
      samples = [...samples, { at, done: latest }];
      while (samples.length > 2 && at - samples[0]!.at > RATE_WINDOW_MS) samples.shift();
      const [first] = samples;
      return first && at > first.at ? ((latest - first.done) * 1000) / (at - first.at) : 0;
    }

    return {
      update(done, note) {
        latest = done;
        const at = now();
        if (at - drawn < (target.isTTY ? REDRAW_MS : SPARSE_MS)) return;
        drawn = at;
        const moment = { ...start, done, note, rate: rateAt(at) };
        if (target.isTTY) target.write(`\r${formatProgress(moment, (target.columns || 80) - 1)}\x1b[K`);
        else target.write(`${formatProgress(moment, 200, false)}\n`);
      },
      done(note) {
        const line = formatSummary(start, latest, (now() - begun) / 1000, note);
        target.write(target.isTTY ? `\r${line}\x1b[K\n` : `${line}\n`);
      },
    };
  };
}
