import { type EntityManager } from 'typeorm';
import { idAt, timeOfId } from '../../database/id-time.js';
import { sentences, units } from './sentences.js';
import { type StockFacts } from './stock-repair.js';

/** The newest lines of a SKU among which a cause is searched. */
const SEARCHED_LINES = 200_000;

/** Between the ids of a sale and of its posting, at most, in ms. */
const POSTING_MS = 60_000;

/** The most postings that are looked at. */
const SEARCHED_POSTINGS = 50;

/** Sales that were posted together, in units of one SKU. */
interface Posting {
  id: string;
  /** By their lines. */
  sold: number;
  /** By their movements. */
  taken: number;
  movements: number;
}

/** Why the stock is neither what its movements add up to, nor what sales and goods receipts make of it. */
export async function levelCause(
  manager: EntityManager,
  { sku, onHand }: StockFacts,
  due: number,
): Promise<string | null> {
  const [newest] = await manager.query<{ balance: number }[]>(
    `SELECT balance_after AS balance FROM stock_movement WHERE sku = ? ORDER BY created_at DESC, id DESC LIMIT 1`,
    [sku],
  );
  if (!newest) return 'No movement of it is stored: they were deleted, or the stock was set without one.';
  const left = `Its newest movement left ${newest.balance} on hand`;
  if (newest.balance === due) return `${left}: the stock was changed without a movement.`;
  return newest.balance === onHand
    ? `${left}, as the stock says: another movement was deleted or altered.`
    : null;
}

/**
 * Which sales and movements of a SKU do not agree, among its newest {@link SEARCHED_LINES} lines.
 *
 * @param told by earlier repairs: the postings that they name are mended
 * @returns null when it is not there, or not all of it
 */
export async function saleCause(
  manager: EntityManager,
  { sku, sold, soldMoved, onHand }: StockFacts,
  due: number,
  told: readonly string[],
): Promise<string | null> {
  const found = await contradictoryPostings(manager, sku);
  const postings = found.filter(({ id }) => !told.some((note) => note.includes(id)));
  const missing = postings.reduce((sum, posting) => sum + posting.sold - posting.taken, 0);
  if (missing !== sold - soldMoved) return null;
  return sentences(postings.map((posting) => postingCause(posting, onHand === due)));
}

async function contradictoryPostings(manager: EntityManager, sku: string): Promise<Posting[]> {
  const [oldest] = await manager.query<{ id: string }[]>(
    `SELECT sale_id AS id FROM sale_line WHERE sku = ? ORDER BY sale_id DESC LIMIT 1 OFFSET ${SEARCHED_LINES}`,
    [sku],
  );
  // The rows of the oldest postings that are looked at may have ids of a moment before.
  const firstPosting = oldest?.id ?? '';
  const firstRow = oldest ? idAt(timeOfId(oldest.id) - POSTING_MS) : '';
  const rows = await manager.query<Record<keyof Posting, string | number>[]>(
    `SELECT id, SUM(sold) AS sold, SUM(taken) AS taken, SUM(movements) AS movements FROM (
      SELECT COALESCE(sale.posting_id, line.sale_id) AS id, line.quantity AS sold, 0 AS taken, 0 AS movements
        FROM sale_line line LEFT JOIN sale ON sale.id = line.sale_id WHERE line.sku = ? AND line.sale_id >= ?
      UNION ALL
      SELECT reference, 0, -delta, 1 FROM stock_movement WHERE sku = ? AND reason = 'SALE' AND id >= ?
    ) posting WHERE id >= ? GROUP BY id HAVING SUM(sold) <> SUM(taken) ORDER BY id DESC LIMIT ${SEARCHED_POSTINGS}`,
    [sku, firstRow, sku, firstRow, firstPosting],
  );
  return rows.map(({ id, sold, taken, movements }) => ({
    id: String(id),
    sold: Number(sold),
    taken: Number(taken),
    movements: Number(movements),
  }));
}

/** @param stockHasLines whether the stock agrees with the lines, so that the movement is what is wrong */
function postingCause({ id, sold, taken, movements }: Posting, stockHasLines: boolean): string {
  if (movements === 0) return `The movement of posting ${id} (${units(sold)}) was deleted.`;
  const contradiction = `Posting ${id} took ${units(taken)} from the stock and has lines of ${units(sold)}`;
  if (stockHasLines) return `${contradiction}: its movement was altered.`;
  return `${contradiction}: a sale or a line was ${sold < taken ? 'deleted or altered' : 'altered or added'}.`;
}
