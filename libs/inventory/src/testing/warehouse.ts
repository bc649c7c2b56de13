import { Test } from '@nestjs/testing';
import { ConsoleLogger, type INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { DatabaseModule } from '../database.module.js';
import { AdjustmentModule } from '../adjustment/adjustment.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { DeadLetterModule } from '../dead-letter/dead-letter.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { NotificationModule } from '../notification/notification.module.js';
import { OperatorModule } from '../operator/operator.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { PrivacyModule } from '../privacy/privacy.module.js';
import { ProductModule } from '../product/product.module.js';
import { ReceivingModule } from '../receiving/receiving.module.js';
import { ReconcileModule } from '../reconcile/reconcile.module.js';
import { RestockModule } from '../restock/restock.module.js';
import { RetentionModule } from '../retention/retention.module.js';
import { WaitlistModule } from '../waitlist/waitlist.module.js';
import { SaleModule } from '../sale/sale.module.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { ReconcileService } from '../reconcile/reconcile.service.js';
import { Sale } from '../sale/sale.entity.js';
import { WaitingLine } from '../sale/waiting-line.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { RestockService } from '../restock/restock.service.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { StockMovement } from '../stock/stock-movement.entity.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const MODULES = [
  AdjustmentModule,
  AuditModule,
  DeadLetterModule,
  IdempotencyModule,
  NotificationModule,
  OperatorModule,
  OutboxModule,
  PrivacyModule,
  ProductModule,
  ReceivingModule,
  ReconcileModule,
  RestockModule,
  RetentionModule,
  WaitlistModule,
];

/** A warehouse of its own on a real database, with one factory and no products. */
export class Warehouse {
  private constructor(
    readonly database: TestDatabase,
    private readonly application: INestApplicationContext,
    readonly dataSource: DataSource,
  ) {}

  /** @param clock in place of the database's */
  static async open(kind: 'embedded' | 'mysql', poolSize = 10, clock?: Clock): Promise<Warehouse> {
    const warehouse = await Warehouse.enter(await createTestDatabase(kind), poolSize, clock);
    await warehouse.dataSource.manager.insert(Factory, {
      id: 'FF-1',
      name: 'factory',
      managerEmail: 'factory@donut-states.example',
      apiUrl: 'http://127.0.0.1:1',
      leadTimeSeconds: 10,
      overdueAfterSeconds: 60,
    });
    return warehouse;
  }

  private static async enter(database: TestDatabase, poolSize: number, clock?: Clock): Promise<Warehouse> {
    const testing = Test.createTestingModule({
      imports: [DatabaseModule.forRoot({ url: database.url, poolSize }), SaleModule.forRoot(), ...MODULES],
    }).setLogger(new ConsoleLogger({ logLevels: ['fatal', 'error'] }));
    if (clock) testing.overrideProvider(Clock).useValue(clock);
    const application = await (await testing.compile()).init();
    return new Warehouse(database, application, application.get(DataSource));
  }

  /** A second application on the same database, as another process would be. Close it before this one. */
  async join(poolSize = 10, url = this.database.url, clock?: Clock): Promise<Warehouse> {
    return Warehouse.enter({ url, drop: async () => undefined }, poolSize, clock);
  }

  get<T>(service: abstract new (...parameters: never[]) => T): T {
    return this.application.get<T>(service);
  }

  /** Adds a product with `onHand` units. Reorder point 0, target level 100, lots of 10, unless `rules` say else. */
  async stockProduct(sku: string, onHand: number, rules: Partial<Product> = {}): Promise<void> {
    const { manager } = this.dataSource;
    await manager.insert(Product, {
      sku,
      name: sku,
      priceKrw: 1_000,
      factoryId: 'FF-1',
      reorderPoint: 0,
      targetLevel: 100,
      lotSize: 10,
      maxPerSale: 1_000_000,
      adManagerEmail: 'ads@donut-states.example',
      ...rules,
    });
    await manager.insert(StockLevel, { sku, onHand });
    if (onHand === 0) return;
    await manager.insert(StockMovement, {
      id: uuidv7(),
      sku,
      delta: onHand,
      reason: 'ADJUSTMENT',
      reference: 'opening stock',
      balanceAfter: onHand,
      createdAt: new Date(),
    });
  }

  /** Keeps units on hand for a sale that waits for another product. */
  async reserve(sku: string, units: number): Promise<void> {
    if (units === 0) return;
    const { manager } = this.dataSource;
    const saleId = uuidv7();
    const waitUntil = new Date(Date.now() + 3_600_000);
    await manager.insert(Sale, {
      ...{ id: saleId, requestFingerprint: '', status: 'WAITING', createdAt: new Date() },
    });
    await manager.insert(WaitingLine, {
      ...{
        saleId,
        sku,
        ticket: 1,
        quantity: units,
        unitPriceKrw: 1_000,
        reserved: units,
        saleSkus: 2,
        waitUntil,
      },
    });
    await manager.increment(StockLevel, { sku }, 'reserved', units);
  }

  /** Adds a product with nothing on hand, and opens its restock order of `quantity` units. */
  async openRestockOrder(sku: string, quantity: number, rules: Partial<Product> = {}): Promise<RestockOrder> {
    await this.stockProduct(sku, 0, { targetLevel: quantity, lotSize: 1, ...rules });
    await this.get(RestockService).review(sku);
    return this.dataSource.manager.findOneByOrFail(RestockOrder, { openSku: sku });
  }

  async restockOrder(id: string): Promise<RestockOrder> {
    return this.dataSource.manager.findOneByOrFail(RestockOrder, { id });
  }

  async level(sku: string): Promise<StockLevel> {
    return this.dataSource.manager.findOneByOrFail(StockLevel, { sku });
  }

  /** Payloads in the outbox for `queue`, oldest first. */
  async outbox(queue: string): Promise<Record<string, unknown>[]> {
    const messages = await this.dataSource.manager.find(OutboxMessage, {
      where: { queue },
      order: { id: 'ASC' },
    });
    return messages.map(({ payload }) => payload);
  }

  /** Of a full reconcile: everything is counted. */
  async differences() {
    return (await this.get(ReconcileService).reconcile({ full: true })).differences;
  }

  async close(): Promise<void> {
    await this.application.close();
    await this.database.drop();
  }
}
