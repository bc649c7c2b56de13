/** A page of any list of the API. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** The most items of a page. */
export const PAGE_SIZE = 100;

/** Reads a list page by page until it has `limit` items. @returns them as one page, with the cursor of the next */
export async function readPages<Item>(
  readPage: (query: { limit: number; cursor?: string }) => Promise<Page<Item>>,
  limit = Infinity,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const size = Math.min(PAGE_SIZE, limit - items.length);
    const page: Page<Item> = await readPage({ limit: size, ...(cursor !== null && { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < limit);
  return { items, nextCursor: cursor };
}
