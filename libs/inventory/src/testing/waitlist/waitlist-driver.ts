import { IsNull } from 'typeorm';
import { AdjustmentService } from '../../adjustment/adjustment.service.js';
import { Database } from '../../database/database.js';
import { InventoryError } from '../../errors.js';
import { OutboxMessage } from '../../outbox/outbox-message.entity.js';
import { Product } from '../../product/product.entity.js';
import { GoodsReceipt } from '../../receiving/goods-receipt.entity.js';
import { ReceivingService } from '../../receiving/receiving.service.js';
import { type Difference } from '../../reconcile/invariants.js';
import { RestockOrderEvent } from '../../restock/restock-order-event.entity.js';
import { RestockOrder } from '../../restock/restock-order.entity.js';
import { RestockProgressService } from '../../restock/restock-progress.service.js';
import { ReturnedLine } from '../../sale/returned-line.entity.js';
import { SaleLine } from '../../sale/sale-line.entity.js';
import { readSales } from '../../sale/sale-reader.js';
import { type ShownSale, type SaleOutcome } from '../../sale/sale-request.js';
import { Sale } from '../../sale/sale.entity.js';
import { SaleService } from '../../sale/sale.service.js';
import { SellingRulesCache } from '../../sale/selling-rules-cache.js';
import { WaitingLine } from '../../sale/waiting-line.entity.js';
import { StockLevel } from '../../stock/stock-level.entity.js';
import { StockMovement } from '../../stock/stock-movement.entity.js';
import { SaleCancellationService } from '../../waitlist/sale-cancellation.service.js';
import { WaitlistUpkeepService } from '../../waitlist/waitlist-upkeep.service.js';
import { SettableClock } from '../settable-clock.js';
import { Warehouse } from '../warehouse.js';
import {
  type Action,
  type Answer,
  type LevelState,
  type Placing,
  type PlaceState,
  type State,
} from './waitlist-actions.js';

/** What one run leaves behind: the next one begins without it. */
const TABLES = [
  ...[Product, StockLevel, StockMovement, Sale, SaleLine, WaitingLine, ReturnedLine],
  ...[RestockOrder, RestockOrderEvent, GoodsReceipt, OutboxMessage],
];

/** Performs actions at a warehouse, and reads what it looks like. On MySQL two processes share the work. */
export class WaitlistDriver {
  private readonly clock = new SettableClock();
  private readonly startMs = this.clock.localNow().getTime();
  private processes: Warehouse[] = [];
  private runs = 0;
  private turn = 0;

  private constructor(private readonly kind: 'embedded' | 'mysql') {}

  static async open(kind: 'embedded' | 'mysql'): Promise<WaitlistDriver> {
    const driver = new WaitlistDriver(kind);
    const first = await Warehouse.open(kind, 10, driver.clock);
    driver.processes = [first];
    if (kind === 'embedded') {
      // Commits wait for the disk otherwise, and there is no power cut here.
      await first.dataSource.query('PRAGMA synchronous = OFF');
    }
    // SQLite blocks a thread that waits for the lock, and here both processes would have the same thread.
    if (kind === 'mysql') driver.processes.push(await first.join(10, undefined, driver.clock));
    return driver;
  }

  async close(): Promise<void> {
    for (const process of this.processes.reverse()) await process.close();
  }

  /** Empties the warehouse, and adds a product for each of `stock`. @returns their SKUs, which no run before had */
  async begin(stock: readonly number[]): Promise<string[]> {
    this.runs += 1;
    await this.warehouse.get(Database).write(async (manager) => {
      for (const table of TABLES) await manager.createQueryBuilder().delete().from(table).execute();
    });
    await this.pass(this.startMs - this.now);
    const skus = stock.map((_, index) => `R${this.runs}-${'ABC'[index]}`);
    for (const [index, sku] of skus.entries()) {
      await this.warehouse.stockProduct(sku, stock[index]!, { targetLevel: 4, lotSize: 1 });
    }
    return skus;
  }

  get now(): number {
    return this.clock.localNow().getTime();
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    // Twice: a reading may be under way that has the time before.
    for (let reading = 0; reading < 2; reading += 1) {
      for (const process of this.processes) await process.get(SellingRulesCache).refresh();
    }
  }

  async orders(): Promise<RestockOrder[]> {
    return this.warehouse.dataSource.manager.find(RestockOrder);
  }

  /** Each at a process of its own, in turn. */
  async perform(action: Action): Promise<Answer> {
    this.turn += 1;
    const process = this.processes[this.turn % this.processes.length]!;
    try {
      return await this.answer(process, action);
    } catch (error) {
      if (!(error instanceof InventoryError) || error.code === 'DATABASE.UNAVAILABLE') throw error;
      return { error: error.code };
    }
  }

  async state(): Promise<State> {
    const { manager } = this.warehouse.dataSource;
    const lines = await manager.find(WaitingLine, { where: { outcome: IsNull() }, order: { ticket: 'ASC' } });
    const sums = await manager.query<{ sku: string; reason: string; units: string | number }[]>(
      'SELECT sku, reason, SUM(delta) AS units FROM stock_movement GROUP BY sku, reason',
    );
    const levels = await manager.find(StockLevel);
    const sales = await this.warehouse
      .get(Database)
      .read(async (within) => readSales(within, await within.find(Sale), this.clock.localNow()));
    return {
      levels: Object.fromEntries(levels.map((level) => [level.sku, levelState(level, lines, sums)])),
      sales: Object.fromEntries(sales.map((sale) => [sale.id, saleState(sale)])),
    };
  }

  /**
   * Whether transactions overlap: then one may choose its locks before a sale of several SKUs joins, and leaves that sale to upkeep,
   * although it has all of its units. See `SaleFilling.fillComplete`.
   */
  get leavesSales(): boolean {
    return this.kind === 'mysql';
  }

  /** Kind and sale of each mail to a buyer. */
  async mails(): Promise<string[]> {
    const messages = await this.warehouse.outbox('notifications');
    return messages.flatMap((message) => {
      const { kind, facts } = message as { kind: string; facts: { saleId?: string } };
      return kind.startsWith('BACKORDER_') ? [`${kind} ${facts.saleId}`] : [];
    });
  }

  /** Of a full reconcile, after what the worker does meanwhile: it publishes messages, and alerts of late goods. */
  async differences(): Promise<Difference[]> {
    await this.warehouse.dataSource.query('DELETE FROM outbox_message');
    await this.warehouse.get(RestockProgressService).markOverdue();
    await this.warehouse.dataSource.query('DELETE FROM outbox_message');
    return this.warehouse.differences();
  }

  private get warehouse(): Warehouse {
    return this.processes[0]!;
  }

  private async answer(process: Warehouse, action: Action): Promise<Answer> {
    switch (action.kind) {
      case 'place':
        return placed(await process.get(SaleService).place(saleRequest(action)));
      case 'receive': {
        const outcome = await process.get(ReceivingService).receive(action.delivery);
        return outcome.kind === 'REFUSED'
          ? { kind: outcome.kind, code: outcome.code }
          : { kind: outcome.kind };
      }
      case 'leave':
        return { status: (await process.get(SaleCancellationService).leave(action.saleId)).status };
      case 'cancel': {
        const { before, sale } = await process.get(SaleCancellationService).cancel(action.saleId);
        return { before, status: sale.status };
      }
      case 'adjust': {
        const { sku, delta } = action;
        const { onHand, available } = await process.get(AdjustmentService).adjust(sku, delta, 'counted');
        return { onHand, available };
      }
      case 'upkeep': {
        const upkeep = await process.get(WaitlistUpkeepService).run();
        return { upkeep: this.leavesSales ? { ...upkeep, filled: 0 } : upkeep };
      }
    }
  }
}

function saleRequest({ key, lines, waitUntil }: Placing) {
  return {
    ...{ lines, idempotencyKey: key, customerEmail: 'buyer@example.com' },
    ...(waitUntil !== undefined && { backorder: { waitUntil } }),
  };
}

function placed(outcome: SaleOutcome): Answer {
  if (outcome.kind === 'REFUSED') {
    const shortages = outcome.shortages.map(({ sku, requestedQuantity, availableQuantity }) => ({
      ...{ sku, requestedQuantity, availableQuantity },
    }));
    return { kind: outcome.kind, shortages };
  }
  if (!('sale' in outcome)) return { kind: outcome.kind };
  const { kind, replayed, sale } = outcome;
  const answer = { kind, replayed, saleId: sale.id };
  // The place of a repeated request is that of a later moment.
  return kind === 'WAITING' && !replayed ? { ...answer, waiting: placeState(sale)! } : answer;
}

function placeState({ waiting }: ShownSale): PlaceState | null {
  return waiting ? { position: waiting.position, lines: waiting.lines } : null;
}

function saleState(sale: ShownSale): State['sales'][string] {
  const lines = Object.fromEntries(sale.lines.map(({ sku, quantity }) => [sku, quantity]));
  return { status: sale.status, lines, waiting: placeState(sale) };
}

function levelState(
  { sku, onHand, reserved, available, waiting, waitingLines }: StockLevel,
  lines: readonly WaitingLine[],
  sums: readonly { sku: string; reason: string; units: string | number }[],
): LevelState {
  const moved = { SALE: 0, GOODS_RECEIPT: 0, ADJUSTMENT: 0, BACKORDER_FILL: 0, RETURN: 0 };
  const own = sums.filter((sum) => sum.sku === sku).map((sum) => [sum.reason, Number(sum.units)] as const);
  return {
    ...{ onHand, reserved, available, waiting, waitingLines },
    moved: { ...moved, ...Object.fromEntries(own) },
    line: lines
      .filter((line) => line.sku === sku)
      .map(({ saleId, quantity, reserved: units }) => ({ saleId, quantity, reserved: units })),
  };
}
