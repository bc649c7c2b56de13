import { type Database, type SaleOutcome, type Shortage, timeText } from '#inventory';
import { v7 as uuidv7 } from 'uuid';
import {
  ABANDONED,
  type Draft,
  draftOf,
  earlierSale,
  insertSale,
  type Manager,
  newSale,
  placeholders,
  pricesOf,
  refuse,
} from './sale-rows.js';
import { type SellFunction } from './subject.js';

interface LockedLevel {
  sku: string;
  on_hand: number;
  reserved: number;
}

/**
 * What most shops do, and what this product did before it committed sales in groups: a transaction a request that
 * locks the rows of its SKUs (`SELECT ... FOR UPDATE`), decides, writes, and commits.
 */
export function pessimisticLock(database: Database): SellFunction {
  return async (request) => {
    const draft = draftOf(request);
    return database.write((manager) => (request.isAbandoned?.() ? ABANDONED : placeLocked(manager, draft)));
  };
}

async function placeLocked(manager: Manager, draft: Draft): Promise<SaleOutcome> {
  // SQLite has no row locks: a writer has the whole database.
  const lock = manager.dataSource.options.type === 'mysql' ? 'FOR UPDATE' : '';
  const skus = draft.quantities.map(([sku]) => sku);
  const rows = await manager.query<LockedLevel[]>(
    `SELECT sku, on_hand, reserved FROM stock_level WHERE sku IN (${placeholders(skus)}) ORDER BY sku ${lock}`,
    skus,
  );
  const levels = new Map(rows.map((level) => [level.sku, level]));
  const earlier = await earlierSale(manager, draft);
  if (earlier) return earlier;
  const prices = await pricesOf(manager, draft);

  const shortages: Shortage[] = [];
  for (const [sku, quantity] of draft.quantities) {
    const { on_hand, reserved } = levels.get(sku)!;
    const available = on_hand - reserved;
    if (available < quantity) shortages.push(await refuse(manager, sku, quantity, available));
  }
  if (shortages.length > 0) return { kind: 'REFUSED', shortages };

  await insertSale(manager, draft, prices);
  for (const [sku, quantity] of draft.quantities) {
    await takeUnits(manager, draft, sku, quantity, levels.get(sku)!.on_hand - quantity);
  }
  return newSale(draft, prices);
}

async function takeUnits(
  manager: Manager,
  draft: Draft,
  sku: string,
  quantity: number,
  balance: number,
): Promise<void> {
  await manager.query('UPDATE stock_level SET on_hand = on_hand - ? WHERE sku = ?', [quantity, sku]);
  await manager.query(
    `INSERT INTO stock_movement (id, sku, delta, reason, reference, balance_after, created_at)
     VALUES (?, ?, ?, 'SALE', ?, ?, ?)`,
    [uuidv7(), sku, -quantity, draft.id, balance, timeText(draft.createdAt)],
  );
  // Whether the SKU is on order already. There is always enough here, so that none becomes due.
  await manager.query('SELECT id FROM restock_order WHERE open_sku = ?', [sku]);
}
