/** Hexadecimal digits of the time in a UUIDv7: its first 48 bits are milliseconds. */
const TIME_DIGITS = 12;

/** What every UUIDv7 of this time or later is not below. */
export function idAt(ms: number): string {
  const digits = Math.max(0, ms).toString(16).padStart(TIME_DIGITS, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

/** The time in a UUIDv7, in ms: that of the clock of the process which made it. */
export function timeOfId(id: string): number {
  return parseInt(id.replace('-', '').slice(0, TIME_DIGITS), 16) || 0;
}
