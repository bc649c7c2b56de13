import {
  type Difference,
  Factory,
  DatabaseModule,
  ReconcileModule,
  Product,
  ReconcileService,
  RetentionModule,
  RetentionService,
  RestockOrder,
  StockLevel,
  WebhookEndpointService,
  WebhookModule,
} from '#inventory';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { HOT_SKU, HUNDRED_SKUS, SOLD_OUT_SKU } from '../scenarios.js';
import { type DatabaseServer } from './server.js';
import { OPENING_STOCK, PRICE_KRW } from './stock.js';
import { OldMessages } from './old-messages.js';
import { storeRecentSales, storeSales, type StoredSalesOptions } from './stored-sales.js';

const OLD_MESSAGES = 1_000_000;

const FACTORY_ID = 'FF-1';
const ON_ORDER = 100;
const DAY_MS = 86_400_000;

/** For the bench itself: it asks one thing after the other. */
const POOL_SIZE = 2;

/** Nobody reaches it: it is the counting that costs. */
const MAX_PER_CUSTOMER = 1_000_000;

/** What a run writes to; the rest stays as it was stocked. */
const BOOKS = [
  'sale',
  'sale_line',
  'stock_movement',
  'outbox_message',
  'restock_order',
  'restock_order_event',
  'customer_purchase',
];

/** What the books say of sales after a certain one. */
export interface Books {
  sales: number;
  /** Different idempotency keys among them. */
  keys: number;
  units: number;
  /** Of all SKUs together. */
  onHand: number;
  lowestOnHand: number;
}

@Module({})
class WarehouseModule {}

/** One subject's database, of the newest schema and with stock for every scenario. */
export class BenchWarehouse {
  private limitsCustomers = false;

  private constructor(
    readonly url: string,
    private readonly name: string,
    private readonly server: DatabaseServer,
    private readonly application: INestApplicationContext,
  ) {}

  static async create(server: DatabaseServer, name: string): Promise<BenchWarehouse> {
    const url = await server.create(name);
    try {
      const application = await NestFactory.createApplicationContext(
        {
          module: WarehouseModule,
          imports: [
            DatabaseModule.forRoot({ url, poolSize: POOL_SIZE }),
            ReconcileModule,
            RetentionModule,
            WebhookModule,
          ],
        },
        { logger: ['fatal', 'error'], abortOnError: false },
      );
      const warehouse = new BenchWarehouse(url, name, server, application);
      await warehouse.dataSource.runMigrations();
      await warehouse.stockUp();
      return warehouse;
    } catch (error) {
      await server.drop(name);
      throw error;
    }
  }

  /** The shop's own system is told of each sale: what sells writes that down. Nobody delivers. */
  async registerWebhook(): Promise<void> {
    const endpoint = {
      url: 'http://127.0.0.1:9/',
      eventTypes: ['sale.confirmed' as const],
      description: null,
    };
    const endpoints = this.application.get(WebhookEndpointService, { strict: false });
    await this.dataSource.transaction((manager) => endpoints.add(manager, endpoint));
  }

  /** Does `work` while the worker's retention deletes published messages, of which there are half a million at least. */
  async whileDeletingMessages<T>(work: () => Promise<T>): Promise<T> {
    const messages = new OldMessages(this.url, this.isMysql);
    const [row] = await this.dataSource.query<{ messages: string }[]>(
      'SELECT COUNT(*) AS messages FROM outbox_message WHERE published_at IS NOT NULL',
    );
    const left = Number(row!.messages);
    // Many at once: those that were just written have a cost of their own.
    if (left < OLD_MESSAGES / 2) await messages.store(OLD_MESSAGES - left);
    return messages.whileDeleting(this.application.get(RetentionService, { strict: false }), work);
  }

  /** Stocks every SKU anew, with a limit for each customer. */
  async limitCustomers(): Promise<void> {
    this.limitsCustomers = true;
    await this.stockUp();
  }

  get dataSource(): DataSource {
    return this.application.get(DataSource);
  }

  get isMysql(): boolean {
    return this.server.kind === 'mysql';
  }

  /** Forgets every sale and stocks every SKU anew. Nobody may be selling. */
  async stockUp(): Promise<void> {
    for (const table of BOOKS) {
      await this.dataSource.query(this.isMysql ? `TRUNCATE TABLE ${table}` : `DELETE FROM ${table}`);
    }
    await this.dataSource.transaction(async (manager) => {
      for (const entity of [StockLevel, Product, Factory])
        await manager.createQueryBuilder().delete().from(entity).execute();
      await manager.insert(Factory, {
        id: FACTORY_ID,
        name: 'factory',
        managerEmail: 'factory@donut-states.example',
        apiUrl: 'http://127.0.0.1:9',
        leadTimeSeconds: 10,
        overdueAfterSeconds: 120,
      });
      const skus = [HOT_SKU, ...HUNDRED_SKUS];
      const maxPerCustomer = this.limitsCustomers ? MAX_PER_CUSTOMER : null;
      await manager.insert(
        Product,
        [...skus, SOLD_OUT_SKU].map((sku) => ({ ...product(sku), maxPerCustomer })),
      );
      await manager.insert(
        StockLevel,
        skus.map((sku) => ({ sku, onHand: OPENING_STOCK })),
      );
      await manager.insert(StockLevel, { sku: SOLD_OUT_SKU, onHand: 0, onOrder: ON_ORDER });
      for (const sku of skus) {
        await manager.query(
          `INSERT INTO stock_movement (id, sku, delta, reason, reference, balance_after, created_at)
           VALUES (?, ?, ?, 'ADJUSTMENT', 'opening stock', ?, '2026-01-01 00:00:00.000')`,
          [uuidv7(), sku, OPENING_STOCK, OPENING_STOCK],
        );
      }
      await manager.insert(RestockOrder, orderOf(SOLD_OUT_SKU));
    });
  }

  /** Fills the books with sales of long ago. Nothing may have been sold yet. */
  async storeSales(options: StoredSalesOptions): Promise<void> {
    await storeSales(this.url, this.isMysql, options);
  }

  /** Adds sales of the last minutes to the `stored` ones. */
  async storeRecentSales(stored: number, count: number, kind: 'batches' | 'singles'): Promise<void> {
    await storeRecentSales(this.url, this.isMysql, { stored, count, kind });
  }

  /** The newest sale; ids are in the order of writing. Empty when there is none. */
  async lastSaleId(): Promise<string> {
    const [row] = await this.dataSource.query<{ id: string | null }[]>('SELECT MAX(id) AS id FROM sale');
    return row!.id ?? '';
  }

  async salesAfter(saleId: string): Promise<number> {
    const [row] = await this.dataSource.query<{ sales: string }[]>(
      'SELECT COUNT(*) AS sales FROM sale WHERE id > ?',
      [saleId],
    );
    return Number(row!.sales);
  }

  async booksAfter(saleId: string): Promise<Books> {
    const [row] = await this.dataSource.query<Record<keyof Books, string>[]>(
      `SELECT COUNT(*) AS sales, COUNT(DISTINCT idempotency_key) AS \`keys\`,
         (SELECT COALESCE(SUM(quantity), 0) FROM sale_line WHERE sale_id > ?) AS units,
         (SELECT SUM(on_hand) FROM stock_level) AS onHand,
         (SELECT MIN(on_hand) FROM stock_level) AS lowestOnHand
       FROM sale WHERE id > ?`,
      [saleId, saleId],
    );
    return {
      sales: Number(row!.sales),
      keys: Number(row!.keys),
      units: Number(row!.units),
      onHand: Number(row!.onHand),
      lowestOnHand: Number(row!.lowestOnHand),
    };
  }

  /** What the ledger contradicts itself in. */
  async reconcile(): Promise<Difference[]> {
    return (await this.application.get(ReconcileService).reconcile({ full: true })).differences;
  }

  /** Removes the database with everything in it. */
  async drop(): Promise<void> {
    await this.application.close();
    await this.server.drop(this.name);
  }
}

function product(sku: string): Partial<Product> {
  return {
    sku,
    name: sku,
    priceKrw: PRICE_KRW,
    factoryId: FACTORY_ID,
    reorderPoint: 0,
    targetLevel: ON_ORDER,
    lotSize: 10,
    maxPerSale: 10,
    adManagerEmail: 'ads@donut-states.example',
  };
}

/** Accepted by the factory, and due long after the bench is done. */
function orderOf(sku: string): Partial<RestockOrder> {
  const now = Date.now();
  return {
    id: uuidv7(),
    sku,
    factoryId: FACTORY_ID,
    quantity: ON_ORDER,
    status: 'ORDERED',
    openSku: sku,
    attempts: 1,
    requestedAt: new Date(now),
    orderedAt: new Date(now),
    expectedAt: new Date(now + DAY_MS),
    deadlineAt: new Date(now + 2 * DAY_MS),
  };
}
