/** The most causes that one sentence tells of: many rows tend to have one cause. */
const TOLD = 3;

export function units(count: number): string {
  return `${Math.abs(count)} ${Math.abs(count) === 1 ? 'unit' : 'units'}`;
}

/** The first of `causes`, and how many more there are; null for none. */
export function sentences(causes: readonly string[]): string | null {
  if (causes.length === 0) return null;
  const more = causes.length - TOLD;
  return [...causes.slice(0, TOLD), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}
