import { type EntityManager } from 'typeorm';
import { type StockLevel } from '../stock/stock-level.entity.js';

/** Lines that one statement reads. */
const PAGE = 1_000;

interface OpenLine {
  saleId: string;
  ticket: number;
  quantity: number;
  reserved: number;
}

/**
 * Keeps what is available of a SKU for the lines of its waitlist, first to last. The caller holds the lock on `level`, and stores it.
 *
 * @returns the sales whose line has all of its units now
 */
export async function reserveInOrder(manager: EntityManager, level: StockLevel): Promise<string[]> {
  const complete: string[] = [];
  for (let isLastPage = false; !isLastPage && level.available > 0 && level.waiting > 0;) {
    const lines = await linesThatMissUnits(manager, level.sku);
    isLastPage = lines.length < PAGE;
    let full: OpenLine | undefined;
    let part: OpenLine | undefined;
    for (const line of lines) {
      const given = Math.min(line.quantity - line.reserved, level.available);
      if (given === 0) break;
      level.reserved += given;
      level.waiting -= given;
      line.reserved += given;
      if (line.reserved === line.quantity) {
        full = line;
        level.waitingLines -= 1;
        complete.push(line.saleId);
      } else part = line;
    }
    if (full) await fillUpTo(manager, level.sku, full.ticket);
    if (part) await reserve(manager, level.sku, part);
  }
  return complete;
}

/**
 * Takes back units that are no longer on hand from the lines that joined last. The caller holds the lock on `level`, and stores it.
 */
export async function withdrawFromLast(manager: EntityManager, level: StockLevel): Promise<void> {
  while (level.available < 0) {
    const lines = await manager.query<OpenLine[]>(
      `SELECT sale_id AS saleId, ticket, quantity, reserved FROM waiting_line
        WHERE sku = ? AND outcome IS NULL AND reserved > 0 ORDER BY ticket DESC LIMIT ${PAGE}`,
      [level.sku],
    );
    if (lines.length === 0) return;
    for (const line of lines) {
      const taken = Math.min(line.reserved, -level.available);
      if (taken === 0) return;
      level.reserved -= taken;
      level.waiting += taken;
      if (line.reserved === line.quantity) level.waitingLines += 1;
      line.reserved -= taken;
      await reserve(manager, level.sku, line);
    }
  }
}

function linesThatMissUnits(manager: EntityManager, sku: string): Promise<OpenLine[]> {
  return manager.query<OpenLine[]>(
    `SELECT sale_id AS saleId, ticket, quantity, reserved FROM waiting_line
      WHERE sku = ? AND outcome IS NULL AND reserved < quantity ORDER BY ticket LIMIT ${PAGE}`,
    [sku],
  );
}

async function fillUpTo(manager: EntityManager, sku: string, ticket: number): Promise<void> {
  await manager.query(
    'UPDATE waiting_line SET reserved = quantity WHERE sku = ? AND outcome IS NULL AND ticket <= ? AND reserved < quantity',
    [sku, ticket],
  );
}

async function reserve(
  manager: EntityManager,
  sku: string,
  { saleId, reserved }: Pick<OpenLine, 'saleId' | 'reserved'>,
): Promise<void> {
  await manager.query('UPDATE waiting_line SET reserved = ? WHERE sale_id = ? AND sku = ?', [
    reserved,
    saleId,
    sku,
  ]);
}
