import { type Database, type SaleOutcome, timeText } from '#inventory';
import { v7 as uuidv7 } from 'uuid';
import {
  ABANDONED,
  type Draft,
  draftOf,
  earlierSale,
  insertSale,
  type Manager,
  newSale,
  NotEnough,
  pricesOf,
  refuse,
} from './sale-rows.js';
import { type SellFunction } from './subject.js';

const DUPLICATES = ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE'];

/**
 * A transaction a request without a look before: `UPDATE ... WHERE on_hand >= quantity` decides, by the number of
 * rows that it changed. The stock is taken last, so that its row is locked as shortly as this design can.
 */
export function conditionalUpdate(database: Database): SellFunction {
  return async (request) => {
    const draft = draftOf(request);
    try {
      return await database.write((manager) =>
        request.isAbandoned?.() ? ABANDONED : placeGuarded(manager, draft),
      );
    } catch (error) {
      if (isUniqueViolation(error)) return (await database.read((manager) => earlierSale(manager, draft)))!;
      if (!(error instanceof NotEnough)) throw error;
      return database.write((manager) => refuseAll(manager, draft));
    }
  };
}

async function placeGuarded(manager: Manager, draft: Draft): Promise<SaleOutcome> {
  const prices = await pricesOf(manager, draft);
  await insertSale(manager, draft, prices);
  for (const [sku, quantity] of draft.quantities) {
    const guarded = await manager.query<{ affectedRows?: number }>(
      'UPDATE stock_level SET on_hand = on_hand - ? WHERE sku = ? AND on_hand - reserved >= ?',
      [quantity, sku, quantity],
    );
    const changed = guarded.affectedRows ?? (await changedRows(manager));
    if (changed !== 1) throw new NotEnough(sku);
    await manager.query(
      `INSERT INTO stock_movement (id, sku, delta, reason, reference, balance_after, created_at)
       SELECT ?, sku, ?, 'SALE', ?, on_hand, ? FROM stock_level WHERE sku = ?`,
      [uuidv7(), -quantity, draft.id, timeText(draft.createdAt), sku],
    );
  }
  return newSale(draft, prices);
}

async function refuseAll(manager: Manager, draft: Draft): Promise<SaleOutcome> {
  const shortages = [];
  for (const [sku, quantity] of draft.quantities) {
    const [level] = await manager.query<{ available: number }[]>(
      'SELECT on_hand - reserved AS available FROM stock_level WHERE sku = ?',
      [sku],
    );
    const available = Number(level!.available);
    if (available < quantity) shortages.push(await refuse(manager, sku, quantity, available));
  }
  return { kind: 'REFUSED', shortages };
}

/** TypeORM hands on no count for a plain UPDATE on SQLite. */
async function changedRows(manager: Manager): Promise<number> {
  const [row] = await manager.query<{ changed: number }[]>('SELECT changes() AS changed');
  return row!.changed;
}

function isUniqueViolation(error: unknown): boolean {
  const { driverError } = error as { driverError?: { code?: string } };
  return DUPLICATES.includes(driverError?.code ?? '');
}
