import { Failure, usageFailure } from '../failure.js';
import { type Page, readPages } from './pages.js';

const WHOLE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PART = /^[0-9a-f-]{4,36}$/i;

/** How many items are looked through: the newest. */
const MAX_ITEMS = 2_000;

/** The most that a message names. */
const MAX_CANDIDATES = 10;

/** Ids of one minute begin alike, so that tables show their ends. */
const SHORT_LENGTH = 8;

/** A list in which ids are looked up. */
export interface Lookup<Item extends { id: string }> {
  /** What it is a list of, such as `dead letter`. */
  noun: string;
  /** Asked one after the other until one has a match. */
  lists: readonly ((query: { limit: number; cursor?: string }) => Promise<Page<Item>>)[];
  /** What tells one from another. */
  describe: (item: Item) => string;
}

/** The id as tables show it. */
export function shortId(id: string): string {
  return WHOLE_ID.test(id) ? id.slice(-SHORT_LENGTH) : id;
}

/**
 * A whole id for a part of one, its beginning or its end.
 *
 * @throws Failure when no id has the part, or more than one
 */
export async function findId<Item extends { id: string }>(
  given: string,
  lookup: Lookup<Item>,
): Promise<string> {
  if (WHOLE_ID.test(given)) return given.toLowerCase();
  if (!PART.test(given)) {
    throw usageFailure(
      `${given} is no id of a ${lookup.noun}, nor the beginning or the end of one (4 characters or more)`,
    );
  }
  const part = bare(given);
  for (const list of lookup.lists) {
    const { items } = await readPages(list, MAX_ITEMS);
    const matches = items.filter(({ id }) => bare(id).startsWith(part) || bare(id).endsWith(part));
    if (matches.length === 1) return matches[0]!.id;
    if (matches.length > 1) throw new Failure(ambiguous(given, matches, lookup));
  }
  throw new Failure(`There is no ${lookup.noun} whose id begins or ends with ${given}`);
}

function ambiguous<Item extends { id: string }>(
  given: string,
  matches: Item[],
  lookup: Lookup<Item>,
): string {
  const shown = matches.slice(0, MAX_CANDIDATES).map((item) => `  ${item.id}  ${lookup.describe(item)}`);
  const more = matches.length - shown.length;
  return [
    `The ids of ${matches.length} ${lookup.noun}s begin or end with ${given}:`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

function bare(id: string): string {
  return id.replaceAll('-', '').toLowerCase();
}
