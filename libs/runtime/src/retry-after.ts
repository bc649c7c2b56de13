/** The longest delay that another system may ask for, in seconds: a mistyped year must not stop the calls for good. */
const MAX_SECONDS = 86_400;

/**
 * The delay of a `Retry-After` header (RFC 9110), in seconds, or a date. A date is compared with the `Date` of the same
 * answer, so that the clock of this machine does not matter.
 *
 * @returns undefined without the header, and for one that is neither
 */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsBetween(headers.get('date'), text);
  return seconds > 0 ? Math.min(Math.ceil(seconds), MAX_SECONDS) : undefined;
}

function secondsBetween(from: string | null, to: string): number {
  const fromMs = from ? Date.parse(from) : Date.now();
  return (Date.parse(to) - fromMs) / 1000;
}
