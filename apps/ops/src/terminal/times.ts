import { usageFailure } from '../failure.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DURATION = /^(\d{1,6})(s|min|m|h|d)$/;
const UNITS: Record<string, number> = { s: SECOND, m: MINUTE, min: MINUTE, h: HOUR, d: DAY };
const WITH_DATE = /^\d{4}-\d{2}-\d{2}/;

type Time = string | null | undefined;

/** A time of a table, in the local zone: `03:12:05 (3 min ago)`, with the date where that is another. */
export function shownTime(iso: Time, now = new Date()): string | undefined {
  if (!iso) return undefined;
  const time = new Date(iso);
  const isToday = dateOf(time) === dateOf(now);
  const shown = isToday ? clockOf(time) : `${dateOf(time)} ${clockOf(time).slice(0, 5)}`;
  return `${shown} (${ageOf(time, now)})`;
}

/** A time by itself: with its date and zone. */
export function fullTime(iso: Time, now = new Date()): string | undefined {
  if (!iso) return undefined;
  const time = new Date(iso);
  return `${dateOf(time)} ${clockOf(time)} ${zoneOf(time)} (${ageOf(time, now)})`;
}

/** How long ago, or in how long. */
export function ageOf(time: Date, now: Date): string {
  const ms = now.getTime() - time.getTime();
  if (Math.abs(ms) < SECOND) return 'now';
  // Two hours from now are two hours, although a moment of them has passed.
  return ms > 0 ? `${shownSpan(ms, Math.floor)} ago` : `in ${shownSpan(-ms, Math.round)}`;
}

function shownSpan(ms: number, whole: (value: number) => number): string {
  if (whole(ms / SECOND) < 60) return `${whole(ms / SECOND)} s`;
  if (whole(ms / MINUTE) < 60) return `${whole(ms / MINUTE)} min`;
  if (whole(ms / HOUR) < 48) return `${whole(ms / HOUR)} h`;
  return `${whole(ms / DAY)} days`;
}

/** @param text such as `90s`, `30min`, `2h`, `1d` @throws Failure */
export function durationMs(text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count === undefined) throw usageFailure(`${text} is no time span such as 90s, 30min, 2h or 1d`);
  return Number(count) * UNITS[unit!]!;
}

/** A time as the API takes it. @param text a date and time, of the local zone unless it names one; or a span ago @throws Failure */
export function timeOf(text: string, now = new Date()): string {
  if (DURATION.test(text)) return new Date(now.getTime() - durationMs(text)).toISOString();
  const time = new Date(WITH_DATE.test(text) ? withClock(text) : NaN);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw usageFailure(
    `${text} is no time such as 2026-12-01, "2026-12-01 03:00", 2026-12-01T03:00:00Z, or 2h (ago)`,
  );
}

/** A date alone would be midnight in UTC. */
function withClock(text: string): string {
  return text.length === 10 ? `${text}T00:00` : text;
}

function dateOf(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

function clockOf(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function zoneOf(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
