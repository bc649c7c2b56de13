import { DeadLetter, storedTime } from '#inventory';
import { type GoodsReceiptMessage } from '#queues';
import { createHash } from 'node:crypto';
import { type DataSource, MoreThan } from 'typeorm';
import { type LineOf, type SoldLine, type StoredSale, type StoredStockChange } from './history.js';

interface SaleLineRow {
  id: string;
  key: string | null;
  client: string | null;
  createdAt: Date | string;
  sku: string;
  quantity: number;
  price: number;
  status: string;
}

interface MovementRow {
  sku: string;
  delta: number;
  reason: 'GOODS_RECEIPT' | 'ADJUSTMENT' | 'RETURN';
  reference: string;
  /** Of a goods receipt. */
  restockOrderId: string | null;
  fingerprint: string | null;
}

/** Identifies a delivery, however often its callback comes. */
export function deliveryReference(restockOrderId: string, deliveryFingerprint: string): string {
  return `${restockOrderId} ${deliveryFingerprint.slice(0, 16)}`;
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
    private readonly lastDeadLetterId: string,
    readonly opening: readonly LineOf<'opening'>[],
  ) {}

  /** Before the run: no request may be in flight. */
  static async open(dataSource: DataSource, skus: readonly string[]): Promise<TableReader> {
    const lastId = async (table: 'sale' | 'stock_movement' | 'dead_letter') => {
      const [row] = await dataSource.query<{ id: string | null }[]>(`SELECT MAX(id) AS id FROM ${table}`);
      return row!.id ?? '';
    };
    const opening = (await levelsOf(dataSource, skus)).map((level) => ({
      type: 'opening' as const,
      ...level,
    }));
    return new TableReader(
      dataSource,
      skus,
      await lastId('sale'),
      await lastId('stock_movement'),
      await lastId('dead_letter'),
      opening,
    );
  }

  /** After the run, when every request is settled: the lines that end its history. */
  async *rows(): AsyncGenerator<StoredSale | StoredStockChange | LineOf<'stored-dead-letter' | 'closing'>> {
    const { dataSource, skus } = this;
    yield* storedSales(await this.saleLines('sale_line'), {});
    yield* storedSales(await this.saleLines('waiting_line'), { hasWaited: true });
    const movements = await dataSource.query<MovementRow[]>(
      `SELECT movement.sku, movement.delta, movement.reason, movement.reference,
          receipt.restock_order_id AS "restockOrderId", receipt.delivery_fingerprint AS fingerprint
        FROM stock_movement movement LEFT JOIN goods_receipt receipt ON receipt.id = movement.reference
        WHERE movement.id > ? AND movement.reason IN ('GOODS_RECEIPT', 'ADJUSTMENT', 'RETURN') AND movement.sku IN (${marks(skus)})
        ORDER BY movement.id`,
      [this.lastMovementId, ...skus],
    );
    for (const { sku, delta, reason, reference, restockOrderId, fingerprint } of movements) {
      if (reason === 'ADJUSTMENT') yield { type: 'stored-adjustment', reference, sku, delta };
      else if (reason === 'RETURN')
        yield { type: 'stored-return', reference: `return of ${reference}, ${sku}`, sku, delta };
      else {
        const delivery = deliveryReference(restockOrderId!, fingerprint!);
        yield { type: 'stored-goods-receipt', reference: delivery, sku, delta };
      }
    }
    const deadLetters = await dataSource.getRepository(DeadLetter).find({
      where: { id: MoreThan(this.lastDeadLetterId), queue: 'goods-receipts' },
      order: { id: 'ASC' },
    });
    for (const { body } of deadLetters) {
      const { sku, restockOrderId, deliveryFingerprint } = JSON.parse(body) as GoodsReceiptMessage;
      if (!skus.includes(sku)) continue;
      yield {
        type: 'stored-dead-letter',
        reference: deliveryReference(restockOrderId, deliveryFingerprint),
      };
    }
    for (const level of await levelsOf(dataSource, skus)) yield { type: 'closing', ...level };
  }

  private saleLines(table: 'sale_line' | 'waiting_line'): Promise<SaleLineRow[]> {
    return this.dataSource.query<SaleLineRow[]>(
      `SELECT sale.id, sale.idempotency_key AS "key", sale.customer_email AS client, sale.created_at AS "createdAt",
          sale.status, line.sku, line.quantity, line.unit_price_krw AS price
        FROM sale INNER JOIN ${table} line ON line.sale_id = sale.id
        WHERE sale.id > ? AND EXISTS (
          SELECT 1 FROM ${table} wanted WHERE wanted.sale_id = sale.id AND wanted.sku IN (${marks(this.skus)}))
        ORDER BY sale.id, line.sku`,
      [this.lastSaleId, ...this.skus],
    );
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
function* storedSales(
  rows: readonly SaleLineRow[],
  kind: Pick<StoredSale, 'hasWaited'>,
): Generator<StoredSale> {
  let sale: StoredSale | undefined;
  for (const { id, key, client, createdAt, status, sku, quantity, price } of rows) {
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
      ...(status !== 'CONFIRMED' && { status }),
      ...kind,
    };
  }
  if (sale) yield sale;
}
