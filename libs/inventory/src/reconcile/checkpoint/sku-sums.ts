import { type EntityManager, In } from 'typeorm';
import { countSums, NO_SUMS, type SkuSums } from '../sku-books.js';
import { SkuCheckpoint } from './sku-checkpoint.entity.js';

/** SKUs of which one statement asks. */
const ASKED_SKUS = 500;

/** What the checkpoint says of `skus`, in their order. */
export async function storedSums(manager: EntityManager, skus: readonly string[]): Promise<SkuSums[]> {
  return inParts(skus, async (part) => {
    const rows = await manager.findBy(SkuCheckpoint, { sku: In([...part]) });
    // TypeORM gives a `bigint` as text.
    return rows.map((row) => combined(row.sku, (column) => Number(row[column])));
  });
}

/** What the rows of `skus` below `boundary` add up to, in the order of the SKUs. */
export async function countedSums(
  manager: EntityManager,
  boundary: string,
  skus: readonly string[],
): Promise<SkuSums[]> {
  return inParts(skus, (part) => countSums(manager, { below: boundary, skus: part }));
}

/** The sums of each SKU that has some. @param column the units of one column */
export function combined(sku: string, column: (name: keyof typeof NO_SUMS) => number): SkuSums {
  return {
    sku,
    moved: column('moved'),
    sold: column('sold'),
    soldMoved: column('soldMoved'),
    receivedMoved: column('receivedMoved'),
  };
}

async function inParts(
  skus: readonly string[],
  find: (part: readonly string[]) => Promise<SkuSums[]>,
): Promise<SkuSums[]> {
  const sums: SkuSums[] = [];
  for (let first = 0; first < skus.length; first += ASKED_SKUS) {
    const part = skus.slice(first, first + ASKED_SKUS);
    const found = new Map((await find(part)).map((row) => [row.sku, row]));
    sums.push(...part.map((sku) => found.get(sku) ?? { sku, ...NO_SUMS }));
  }
  return sums;
}
