import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { type MouseEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { ActivityPoint, Missing, Person } from '../api.ts';
import { useWidth } from '../parts/use-media.ts';
import { onColoursChange } from '../theme.ts';
import { useWords } from '../words.ts';
import { DAY, dayScale, dayTicks, timeOf } from './days.ts';
import { isOpenMark, markPath } from './marks.ts';

const LEFT = 44;
const RIGHT = 8;
const SCORE_TOP = 4;
const SCORE_HEIGHT = 40;
const TOP = 60;
const HEIGHT = 300;
const BOTTOM = 24;

interface Placed {
  x: number;
  y: number;
  point: ActivityPoint;
}

const hourOf = (time: string) =>
  Number(time.slice(11, 13)) + Number(time.slice(14, 16)) / 60 + Number(time.slice(17, 19)) / 3600;

/**
 * Every activity as a mark: days to the right, hours of the day downwards. Points are painted on a canvas (thousands of
 * SVG nodes would make scrolling heavy), everything else is SVG. The table beside it says the same to a keyboard.
 */
export function Timeline(props: {
  person: Person;
  points: ActivityPoint[];
  missing: Missing[];
  from: string;
  to: string;
  showDay: (day: string) => void;
}) {
  const { person, points, missing, from, to } = props;
  const words = useWords();
  const [ref, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [near, setNear] = useState<Placed>();
  const x = useMemo(() => dayScale(from, to, width, LEFT, RIGHT), [from, to, width]);
  const y = useMemo(() => scaleLinear([0, 24], [TOP, HEIGHT - BOTTOM]), []);
  const placed = useMemo(
    () => points.map((point) => ({ x: x(timeOf(point.time) + DAY / 2), y: y(hourOf(point.time)), point })),
    [points, x, y],
  );
  useEffect(() => {
    const paint = () => canvas.current && paintPoints(canvas.current, placed, width);
    paint();
    return onColoursChange(paint);
  }, [placed, width]);

  const nearest = (event: MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    let best: Placed | undefined;
    let least = 14 ** 2;
    for (const candidate of placed) {
      const distance = (candidate.x - left) ** 2 + (candidate.y - top) ** 2;
      if (distance < least) [best, least] = [candidate, distance];
    }
    return best;
  };
  const scores = person.score_days.filter(({ day }) => day >= from && day <= to);
  const scoreY = scaleLinear([0, 100], [SCORE_TOP + SCORE_HEIGHT, SCORE_TOP]);
  const scoreArea = area<{ day: string; score: number }>()
    .x(({ day }) => x(timeOf(day)))
    .y0(scoreY(0))
    .y1(({ score }) => scoreY(score))
    .curve(curveStepAfter);
  const span = (start: string, end: string) => {
    const left = Math.max(LEFT, x(timeOf(start)));
    return { x: left, width: Math.max(0, Math.min(width - RIGHT, x(timeOf(end) + DAY)) - left) };
  };
  const base = HEIGHT - BOTTOM;
  return (
    <figure className="chart" ref={ref}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the mouse; the table has the same for keys */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
      <div
        className="timeline"
        style={{ height: HEIGHT }}
        onMouseMove={(event) => setNear(nearest(event))}
        onMouseLeave={() => setNear(undefined)}
        onClick={(event) => {
          const hit = nearest(event);
          if (hit !== undefined) props.showDay(hit.point.time.slice(0, 10));
        }}
      >
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={words.t('timeline.label', { count: points.length, range: words.dayRange(from, to) })}
        >
          <defs>
            <pattern id="timeline-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <path className="hatch" d="M0 0V6" />
            </pattern>
          </defs>
          {person.away.map((away) => {
            const box = span(away.from, away.to);
            return box.width <= 0 ? null : (
              <g key={away.from}>
                <rect className="away" {...box} y={TOP} height={base - TOP} />
                <text className="chart-note" x={box.x + 4} y={TOP + 12}>
                  {box.width > 50 ? words.t('timeline.away') : ''}
                </text>
              </g>
            );
          })}
          {missing.map((gap) => (
            <rect
              key={`${gap.source} ${gap.from}`}
              {...span(gap.from, gap.to)}
              y={TOP}
              height={base - TOP}
              fill="url(#timeline-gap)"
            />
          ))}
          {[0, 6, 12, 18, 24].map((hour) => (
            <g key={hour}>
              <path className="grid-line" d={`M${LEFT} ${y(hour)}H${width - RIGHT}`} />
              <text className="tick" x={LEFT - 6} y={y(hour) + 4} textAnchor="end">
                {`${String(hour).padStart(2, '0')}:00`}
              </text>
            </g>
          ))}
          {dayTicks(x, width).map((day) => (
            <g key={day}>
              <path className="grid-line" d={`M${x(timeOf(day))} ${SCORE_TOP}V${base + 4}`} />
              <text className="tick" x={x(timeOf(day))} y={HEIGHT - 6} textAnchor="middle">
                {words.shortDay(day)}
              </text>
            </g>
          ))}
          <path className="score-area" d={scoreArea(scores) ?? ''} />
          <path className="axis-line" d={`M${LEFT} ${scoreY(0)}H${width - RIGHT}`} />
          <text className="tick" x={LEFT - 6} y={scoreY(50) + 4} textAnchor="end">
            {words.t('timeline.score')}
          </text>
          {person.notice_given >= from && person.notice_given <= to && (
            <g>
              <path className="notice-line" d={`M${x(timeOf(person.notice_given))} ${SCORE_TOP}V${base}`} />
              <text className="chart-note" x={x(timeOf(person.notice_given)) + 4} y={TOP - 5}>
                {words.t('timeline.notice')}
              </text>
            </g>
          )}
        </svg>
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus */}
        <canvas ref={canvas} aria-hidden="true" />
        {near !== undefined && (
          <svg className="timeline-pointer" width={width} height={HEIGHT} aria-hidden="true">
            <circle cx={near.x} cy={near.y} r="9" />
          </svg>
        )}
      </div>
      <figcaption className="readout">
        {near === undefined
          ? words.t('timeline.hint')
          : words.t('timeline.point', {
              time: words.time(near.point.time),
              activity: words.name('activity', near.point.activity),
              class: words.name('class', near.point.class),
              level: words.t(`document.${near.point.document_level}`),
            })}
      </figcaption>
    </figure>
  );
}

/** Paints quiet marks first and signals last, so that what matters lies on top. */
function paintPoints(canvas: HTMLCanvasElement, placed: Placed[], width: number): void {
  const density = window.devicePixelRatio || 1;
  canvas.width = width * density;
  canvas.height = HEIGHT * density;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${HEIGHT}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(density, density);
  const colours = coloursOf(canvas);
  const paths = new Map<string, Path2D>();
  const size = placed.length > 1500 ? 2.6 : 3.4;
  for (const signals of [false, true]) {
    for (const { x, y, point } of placed) {
      if (point.signal !== signals || x < LEFT || x > width - RIGHT) continue;
      const level = point.document_level;
      const path = paths.get(level) ?? new Path2D(markPath(level, size));
      paths.set(level, path);
      context.setTransform(density, 0, 0, density, x * density, y * density);
      context.globalAlpha = signals ? 1 : 0.7;
      context.lineWidth = 1.1;
      context.strokeStyle = context.fillStyle = colours(`document-${level.replace('_', '-')}`);
      if (isOpenMark(level)) context.stroke(path);
      else context.fill(path);
      if (signals) {
        context.beginPath();
        context.arc(0, 0, size + 3.5, 0, 2 * Math.PI);
        context.lineWidth = 1.5;
        context.strokeStyle = colours('ink');
        context.stroke();
      }
    }
  }
}

/** Colours as the theme has them now. light-dark() is only resolved in a real property, so a probe carries it. */
function coloursOf(canvas: HTMLCanvasElement): (token: string) => string {
  const known = new Map<string, string>();
  return (token) => {
    let colour = known.get(token);
    if (colour === undefined) {
      canvas.style.color = `var(--${token})`;
      colour = getComputedStyle(canvas).color;
      canvas.style.color = '';
      known.set(token, colour);
    }
    return colour;
  };
}
