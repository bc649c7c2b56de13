import { Test } from '@nestjs/testing';
import { ConsoleLogger, type INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { InventoryModule } from '../inventory.module.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { ReconcileService } from '../reconcile/reconcile.service.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { StockMovement } from '../stock/stock-movement.entity.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** A warehouse of its own on a real database, with one factory and no products. */
export class Warehouse {
  private constructor(
    readonly database: TestDatabase,
    private readonly application: INestApplicationContext,
    readonly dataSource: DataSource,
  ) {}

  static async open(kind: 'embedded' | 'mysql', poolSize = 10): Promise<Warehouse> {
    const database = await createTestDatabase(kind);
    const testing = await Test.createTestingModule({
      imports: [InventoryModule.forRoot({ url: database.url, poolSize })],
    })
      .setLogger(new ConsoleLogger({ logLevels: ['fatal', 'error'] }))
      .compile();
    const application = await testing.init();
    const dataSource = application.get(DataSource);
    await dataSource.manager.insert(Factory, {
      id: 'FF-1',
      name: 'factory',
      managerEmail: 'factory@donut-states.example',
      apiUrl: 'http://127.0.0.1:1',
      leadTimeSeconds: 10,
      overdueAfterSeconds: 60,
    });
    return new Warehouse(database, application, dataSource);
  }

  get<T>(service: abstract new (...parameters: never[]) => T): T {
    return this.application.get<T>(service as never);
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

  async differences() {
    return this.get(ReconcileService).reconcile();
  }

  async close(): Promise<void> {
    await this.application.close();
    await this.database.drop();
  }
}
