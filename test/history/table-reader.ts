import { storedTime } from '#inventory';
import { createHash } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { type LineOf, type SoldLine, type StoredSale, type StoredStockChange } from './history.js';

interface SaleLineRow {
  id: string;
  key: string | null;
  client: string | null;
  createdAt: Date | string;
  sku: string;
  quantity: number;
  price: number;
}

interface MovementRow {
  sku: string;
  delta: number;
  reason: 'GOODS_RECEIPT' | 'ADJUSTMENT';
  reference: string;
}

/**
 * Reads what a history needs from the tables: the stock of some SKUs before the run, and all that the run has left of
 * them. It asks no sales process. Rows from before the run are recognized by their ids, which begin with the time.
 */
export class TableReader {
  private constructor(
    private readonly dataSource: DataSource,
    private readonly skus: readonly string[],
    private readonly lastSaleId: string,
    private readonly lastMovementId: string,
    readonly opening: readonly LineOf<'opening'>[],
  ) {}

  /** Before the run: no request may be in flight. */
  static async open(dataSource: DataSource, skus: readonly string[]): Promise<TableReader> {
    const lastId = async (table: 'sale' | 'stock_movement') => {
      const [row] = await dataSource.query<{ id: string | null }[]>(`SELECT MAX(id) AS id FROM ${table}`);
      return row!.id ?? '';
    };
    const opening = (await levelsOf(dataSource, skus)).map((level) => ({
      type: 'opening' as const,
      ...level,
    }));
    return new TableReader(dataSource, skus, await lastId('sale'), await lastId('stock_movement'), opening);
  }

  /** After the run, when every request is settled: the lines that end its history. */
  async *rows(): AsyncGenerator<StoredSale | StoredStockChange | LineOf<'closing'>> {
    const { dataSource, skus } = this;
    yield* storedSales(
      await dataSource.query<SaleLineRow[]>(
        `SELECT sale.id, sale.idempotency_key AS "key", sale.customer_email AS client, sale.created_at AS "createdAt",
            line.sku, line.quantity, line.unit_price_krw AS price
          FROM sale INNER JOIN sale_line line ON line.sale_id = sale.id
          WHERE sale.id > ? AND EXISTS (
            SELECT 1 FROM sale_line wanted WHERE wanted.sale_id = sale.id AND wanted.sku IN (${marks(skus)}))
          ORDER BY sale.id, line.sku`,
        [this.lastSaleId, ...skus],
      ),
    );
    const movements = await dataSource.query<MovementRow[]>(
      `SELECT sku, delta, reason, reference FROM stock_movement
        WHERE id > ? AND reason IN ('GOODS_RECEIPT', 'ADJUSTMENT') AND sku IN (${marks(skus)}) ORDER BY id`,
      [this.lastMovementId, ...skus],
    );
    for (const { reason, ...movement } of movements) {
      yield { type: reason === 'ADJUSTMENT' ? 'stored-adjustment' : 'stored-goods-receipt', ...movement };
    }
    for (const level of await levelsOf(dataSource, skus)) yield { type: 'closing', ...level };
  }

  /** A digest of {@link rows}: equal as long as the tables are. */
  async digest(): Promise<string> {
    const hash = createHash('sha256');
    for await (const row of this.rows()) hash.update(JSON.stringify(row));
    return hash.digest('hex');
  }
}

function marks(values: readonly string[]): string {
  return values.map(() => '?').join(', ');
}

async function levelsOf(
  dataSource: DataSource,
  skus: readonly string[],
): Promise<{ sku: string; onHand: number; reserved: number }[]> {
  return dataSource.query(
    `SELECT sku, on_hand AS "onHand", reserved FROM stock_level WHERE sku IN (${marks(skus)}) ORDER BY sku`,
    [...skus],
  );
}

/** @param rows one for each line, those of one sale one after another */
function* storedSales(rows: readonly SaleLineRow[]): Generator<StoredSale> {
  let sale: StoredSale | undefined;
  for (const { id, key, client, createdAt, sku, quantity, price } of rows) {
    const line: SoldLine = [sku, quantity, price];
    if (sale?.id === id) {
      sale.lines.push(line);
      continue;
    }
    if (sale) yield sale;
    sale = {
      type: 'stored-sale',
      id,
      ...(key !== null && { key }),
      ...(client !== null && { client }),
      lines: [line],
      createdAt: storedTime(createdAt).toISOString(),
    };
  }
  if (sale) yield sale;
}
