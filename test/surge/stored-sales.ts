import { storedTime } from '#inventory';
import { type DataSource } from 'typeorm';

export interface StoredSale {
  id: string;
  idempotencyKey: string | null;
  status: string;
  customerEmail: string;
  createdAt: string;
  lines: { sku: string; quantity: number; unitPriceKrw: number }[];
}

interface SaleRow {
  id: string;
  idempotency_key: string | null;
  status: string;
  customer_email: string;
  created_at: Date | string;
  sku: string | null;
  quantity: number;
  unit_price_krw: number;
}

/** The sales of buyers whose address begins with `prefix`, as their rows tell of them. */
export async function storedSales(dataSource: DataSource, prefix: string): Promise<StoredSale[]> {
  const rows = await dataSource.query<SaleRow[]>(
    `SELECT sale.*, line.sku, line.quantity, line.unit_price_krw
      FROM sale LEFT JOIN sale_line line ON line.sale_id = sale.id
      WHERE sale.customer_email LIKE ? ORDER BY sale.id, line.sku`,
    [`${prefix}%`],
  );
  return [...Map.groupBy(rows, ({ id }) => id).values()].map((lines) => {
    const [sale] = lines as [SaleRow];
    return {
      id: sale.id,
      idempotencyKey: sale.idempotency_key,
      status: sale.status,
      customerEmail: sale.customer_email,
      createdAt: storedTime(sale.created_at).toISOString(),
      lines: lines
        .filter(({ sku }) => sku !== null)
        .map(({ sku, quantity, unit_price_krw }) => ({ sku: sku!, quantity, unitPriceKrw: unit_price_krw })),
    };
  });
}

/** Units on hand by SKU. */
export async function storedLevels(dataSource: DataSource): Promise<Map<string, number>> {
  const rows = await dataSource.query<{ sku: string; onHand: number }[]>(
    `SELECT sku, on_hand AS "onHand" FROM stock_level`,
  );
  return new Map(rows.map(({ sku, onHand }) => [sku, onHand]));
}
