import { type StoredSale } from '../history.js';

interface Waiting {
  row: StoredSale;
  sku: string;
  quantity: number;
  reserved: number;
}

/** Sales of one SKU that wait for its goods, in the order in which they came. Their rows are changed in place. */
export class SimulatedWaitlist {
  private readonly reserved = new Map<string, number>();
  private queue: Waiting[] = [];
  private readonly filled = new Map<string, number>();

  constructor(private readonly stock: Map<string, number>) {}

  available(sku: string): number {
    return this.stock.get(sku)! - this.reservedOf(sku);
  }

  reservedOf(sku: string): number {
    return this.reserved.get(sku) ?? 0;
  }

  filledUnits(sku: string): number {
    return this.filled.get(sku) ?? 0;
  }

  join(row: StoredSale): void {
    const [[sku, quantity]] = row.lines as [StoredSale['lines'][number]];
    row.status = 'WAITING';
    row.hasWaited = true;
    this.queue.push({ row, sku, quantity, reserved: 0 });
    this.settle(sku);
  }

  leave(row: StoredSale): void {
    const waiting = this.queue.find((one) => one.row === row);
    if (!waiting) return;
    this.queue = this.queue.filter((one) => one !== waiting);
    this.reserve(waiting, -waiting.reserved);
    row.status = 'CANCELLED';
    this.settle(waiting.sku);
  }

  /** After a change of the stock. */
  settle(sku: string): void {
    for (const waiting of this.queue.filter((one) => one.sku === sku)) {
      this.reserve(waiting, Math.min(waiting.quantity - waiting.reserved, this.available(sku)));
      if (waiting.reserved < waiting.quantity) return;
      this.reserve(waiting, -waiting.quantity);
      this.queue = this.queue.filter((one) => one !== waiting);
      this.stock.set(sku, this.stock.get(sku)! - waiting.quantity);
      this.filled.set(sku, this.filledUnits(sku) + waiting.quantity);
      delete waiting.row.status;
    }
  }

  private reserve(waiting: Waiting, units: number): void {
    waiting.reserved += units;
    this.reserved.set(waiting.sku, this.reservedOf(waiting.sku) + units);
  }
}
