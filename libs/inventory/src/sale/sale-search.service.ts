import { Injectable } from '@nestjs/common';
import { type SelectQueryBuilder } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { idAt } from '../database/id-time.js';
import { type Page, type PageRequest, type TimeRange } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { storedKey } from './idempotency-key.js';
import { SaleLine } from './sale-line.entity.js';
import { type ShownSale } from './sale-request.js';
import { Sale } from './sale.entity.js';
import { readSales } from './sale-reader.js';
import { WaitingLine } from './waiting-line.entity.js';

export interface SaleSearch extends PageRequest, TimeRange {
  /** As the client sent it, with `clientId`: at most one sale. */
  idempotencyKey?: string;
  clientId?: string;
  /** As the buyer gave it, letter by letter. */
  customerEmail?: string;
  /** Sales with a line of it. */
  sku?: string;
  /** Sales that wait for goods, and no others; or no sales that wait. */
  waiting?: boolean;
}

/** Between the time in the id of a sale, which its process gave it when it came, and the one that it was sold at, in ms. */
const MAX_ID_DRIFT_MS = 60_000;

/** Looks sales up for operators. */
@Injectable()
export class SaleSearchService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Sales, newest first unless `order` is `asc`, starting behind the id `cursor`. Each way to look is one of the indexes of
   * the sales, so that it does not matter how many there are.
   *
   * @throws InventoryError `CURSOR.UNKNOWN`
   */
  async list({ cursor, limit, order = 'desc', ...search }: SaleSearch): Promise<Page<ShownSale>> {
    return this.database.read(async (manager) => {
      if (cursor !== undefined && !(await manager.existsBy(Sale, { id: cursor }))) {
        throw new InventoryError('CURSOR.UNKNOWN', `No page of this list has the cursor ${cursor}.`, {
          cursor,
        });
      }
      const isAscending = order === 'asc';
      const found: Sale[] = [];
      // Lines are in two tables. Each has an index by SKU; a query over both would have none.
      for (const lines of search.sku === undefined ? [undefined] : linesOf(search)) {
        const query = manager.createQueryBuilder(Sale, 'sale').limit(limit + 1);
        if (cursor !== undefined) query.andWhere(`sale.id ${isAscending ? '>' : '<'} :cursor`, { cursor });
        query.orderBy('sale.id', isAscending ? 'ASC' : 'DESC');
        narrow(query, search);
        // Ordered by the line, whose index by SKU has the ids of the sales in order.
        if (lines) query.innerJoin(lines, 'line', 'line.saleId = sale.id AND line.sku = :sku', search);
        found.push(...(await query.getMany()));
      }
      found.sort((one, other) => (one.id < other.id === isAscending ? -1 : 1));
      const sales = found.slice(0, limit);
      const items = await readSales(manager, sales, this.clock.localNow());
      return { items, nextCursor: found.length > limit ? sales.at(-1)!.id : null };
    });
  }
}

/** The tables that have lines of such sales. */
function linesOf({ waiting }: Pick<SaleSearch, 'waiting'>) {
  return waiting === true ? [WaitingLine] : [SaleLine, WaitingLine];
}

function narrow(
  query: SelectQueryBuilder<Sale>,
  { idempotencyKey, clientId, customerEmail, since, until, waiting }: Omit<SaleSearch, keyof PageRequest>,
): void {
  const key = storedKey({ lines: [], idempotencyKey, clientId });
  if (key !== undefined) query.andWhere('sale.idempotencyKey = :key', { key });
  if (customerEmail !== undefined) query.andWhere('sale.customerEmail = :customerEmail', { customerEmail });
  if (waiting === true) {
    // Few wait, among many sales.
    query.andWhere('sale.id IN (SELECT sale_id FROM waiting_line WHERE outcome IS NULL)');
  } else if (waiting === false) query.andWhere(`sale.status <> 'WAITING'`);
  if (since) {
    const first = idAt(since.getTime() - MAX_ID_DRIFT_MS);
    query.andWhere('sale.id >= :first AND sale.createdAt >= :since', { first, since });
  }
  if (until) {
    const last = idAt(until.getTime() + MAX_ID_DRIFT_MS);
    query.andWhere('sale.id < :last AND sale.createdAt < :until', { last, until });
  }
}
