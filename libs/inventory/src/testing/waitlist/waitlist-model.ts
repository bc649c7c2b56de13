import { type Delivery } from '../../receiving/receiving.service.js';
import { DEFAULT_WAIT_MS } from '../../sale/sale-request.js';
import { type StockMovementReason } from '../../stock/stock-movement.entity.js';
import {
  type Action,
  type Answer,
  type LevelState,
  type Moved,
  type Placing,
  type PlaceState,
  type State,
} from './waitlist-actions.js';
import { missingOf, type ModelLine, type ModelSale, replayOf, summed } from './model-sale.js';

const NOTHING_MOVED: Moved = { SALE: 0, GOODS_RECEIPT: 0, ADJUSTMENT: 0, BACKORDER_FILL: 0, RETURN: 0 };

/** The rules of the waitlist in memory, one action after the other: what the warehouse has to look like. */
export class WaitlistModel {
  /** By SKU. What is on hand is the sum of its movements. */
  private levels = new Map<string, Moved>();
  /** In the order in which they were made: it is the order of every waitlist. */
  private made: ModelSale[] = [];
  /** Units that restock orders still miss, by their ids. */
  private dueUnits = new Map<string, number>();
  private received = new Set<string>();
  /** Sales that were made before those that are made at once now. */
  private earlierSales = 0;
  private leavesSales = false;
  /** Mails to buyers. */
  mails: string[] = [];

  /** @param now in ms */
  constructor(private now: number) {}

  addProduct(sku: string, onHand: number): void {
    this.levels.set(sku, { ...NOTHING_MOVED, ADJUSTMENT: onHand });
  }

  /** The model opens no restock orders: it is told of them. */
  knowOrder(id: string, missingUnits: number): void {
    this.dueUnits.set(id, missingUnits);
  }

  pass(ms: number): void {
    this.now += ms;
  }

  get time(): number {
    return this.now;
  }

  get saleIds(): string[] {
    return this.made.map(({ id }) => id);
  }

  clone(): WaitlistModel {
    const copy = new WaitlistModel(this.now);
    copy.levels = new Map([...this.levels].map(([sku, moved]) => [sku, { ...moved }]));
    copy.made = this.made.map((sale) => ({ ...sale, lines: sale.lines.map((line) => ({ ...line })) }));
    copy.dueUnits = new Map(this.dueUnits);
    copy.received = new Set(this.received);
    copy.earlierSales = this.earlierSales;
    copy.mails = [...this.mails];
    return copy;
  }

  /** Several actions begin at once. */
  beginRace(): void {
    this.earlierSales = this.made.length;
  }

  /**
   * @param newId of the sale that a placing makes, if it makes one: the warehouse chooses it
   * @param leavesSales the action chose its locks before a sale of the same race joined, and leaves such a sale of several SKUs to the next
   * upkeep: see `SaleFilling.fillComplete`
   */
  apply(action: Exclude<Action, { kind: 'upkeep' }>, newId: string | undefined, leavesSales = false): Answer {
    this.leavesSales = leavesSales;
    switch (action.kind) {
      case 'place':
        return this.place(action, newId ?? 'a sale that was not made');
      case 'receive':
        return this.receive(action.delivery);
      case 'adjust':
        return this.adjust(action.sku, action.delta);
      case 'leave':
      case 'cancel':
        return this.end(action.kind, action.saleId);
    }
  }

  /** Sales that wait for longer than they may, in the order in which they expire. */
  overdue(): string[] {
    const over = this.waitingSales().filter(({ waitUntil }) => waitUntil <= this.now);
    over.sort((a, b) => a.waitUntil - b.waitUntil || (a.id < b.id ? -1 : 1));
    return over.map(({ id }) => id);
  }

  /** @returns whether it has expired, now or before */
  expire(id: string, leavesSales = false): boolean {
    this.leavesSales = leavesSales;
    const sale = this.saleOf(id)!;
    if (sale.status === 'WAITING' && !sale.isLeft) {
      this.endWait(sale, 'EXPIRED');
      this.mails.push(`BACKORDER_EXPIRED ${id}`);
      this.settle();
    }
    return sale.status === 'EXPIRED';
  }

  /** Sales that another action left to upkeep. */
  left(): string[] {
    return this.waitingSales().flatMap(({ id, isLeft }) => (isLeft ? id : []));
  }

  fillLeft(id: string): void {
    const sale = this.saleOf(id)!;
    if (sale.status === 'WAITING' && sale.isLeft) this.fill(sale);
  }

  upkeep(): void {
    for (const id of this.overdue()) this.expire(id);
    for (const id of this.left()) this.fillLeft(id);
  }

  /** What waits in all. */
  totals(): { lines: number; units: number } {
    const missing = [...this.levels.keys()].flatMap((sku) => this.missingLines(sku));
    return { lines: missing.length, units: missing.reduce((sum, line) => sum + missingOf(line), 0) };
  }

  state(): State {
    const levels = [...this.levels.keys()].map((sku) => [sku, this.levelState(sku)] as const);
    const sales = this.made.map((sale) => {
      const lines = Object.fromEntries(sale.lines.map(({ sku, quantity }) => [sku, quantity]));
      const waiting = sale.status === 'WAITING' ? this.placeOf(sale) : null;
      return [sale.id, { status: sale.status, lines, waiting }] as const;
    });
    return { levels: Object.fromEntries(levels), sales: Object.fromEntries(sales) };
  }

  private place(request: Placing, newId: string): Answer {
    const earlier = this.made.find((sale) => sale.request.key === request.key);
    if (earlier) return replayOf(earlier, request);
    const wanted = summed(request);
    const short = wanted.filter(({ sku, quantity }) => this.available(sku) < quantity);
    const { waitUntil } = request;
    const mayWait = waitUntil !== undefined && (waitUntil === null || waitUntil.getTime() > this.now);
    if (short.length > 0 && !mayWait) {
      const shortages = short.map(({ sku, quantity }) => ({
        ...{ sku, requestedQuantity: quantity, availableQuantity: this.available(sku) },
      }));
      return { kind: 'REFUSED', shortages };
    }
    const isWaiting = short.length > 0;
    const sale: ModelSale = {
      ...{ id: newId, request, status: isWaiting ? 'WAITING' : 'CONFIRMED', lines: wanted },
      isLeft: false,
      waitUntil: waitUntil?.getTime() ?? this.now + DEFAULT_WAIT_MS,
    };
    for (const line of wanted) {
      if (isWaiting) line.reserved = Math.min(line.quantity, this.available(line.sku));
      else this.move(line.sku, 'SALE', -line.quantity);
    }
    this.made.push(sale);
    const answer = { kind: sale.status, replayed: false, saleId: newId };
    return isWaiting ? { ...answer, waiting: this.placeOf(sale) } : answer;
  }

  private receive({ restockOrderId, sku, quantity, deliveryFingerprint }: Delivery): Answer {
    if (this.received.has(deliveryFingerprint)) return { kind: 'DUPLICATE' };
    const missing = this.dueUnits.get(restockOrderId)!;
    if (quantity > missing) return { kind: 'REFUSED', code: 'RECEIPT.OVER_DELIVERY' };
    this.received.add(deliveryFingerprint);
    this.dueUnits.set(restockOrderId, missing - quantity);
    this.move(sku, 'GOODS_RECEIPT', quantity);
    this.settle();
    return { kind: 'APPLIED' };
  }

  private adjust(sku: string, delta: number): Answer {
    if (this.onHand(sku) + delta < 0) return { error: 'STOCK.NEGATIVE' };
    this.move(sku, 'ADJUSTMENT', delta);
    this.settle();
    return { onHand: this.onHand(sku), available: this.available(sku) };
  }

  private end(by: 'leave' | 'cancel', id: string): Answer {
    const sale = this.saleOf(id);
    if (!sale) return { error: 'SALE.UNKNOWN' };
    const before = sale.status;
    if (before === 'WAITING') this.endWait(sale, 'CANCELLED');
    else if (by === 'leave') return { error: 'SALE.NOT_WAITING' };
    else if (before === 'CONFIRMED') this.takeBack(sale);
    else return { error: 'SALE.ENDED' };
    this.settle();
    return by === 'leave' ? { status: 'CANCELLED' } : { before, status: 'CANCELLED' };
  }

  private endWait(sale: ModelSale, status: 'CANCELLED' | 'EXPIRED'): void {
    sale.status = status;
    for (const line of sale.lines) line.reserved = 0;
  }

  private takeBack(sale: ModelSale): void {
    sale.status = 'CANCELLED';
    for (const { sku, quantity } of sale.lines) this.move(sku, 'RETURN', quantity);
  }

  /** Gives units to the first who misses some, or takes lost ones from the last who has some; and fills whoever has all. */
  private settle(): void {
    for (const sku of this.levels.keys()) {
      for (const line of this.lineOf(sku)) {
        line.reserved += Math.min(missingOf(line), Math.max(0, this.available(sku)));
      }
      for (const line of this.lineOf(sku).reverse()) {
        line.reserved -= Math.min(line.reserved, Math.max(0, -this.available(sku)));
      }
    }
    for (const sale of this.waitingSales()) {
      const isComplete = sale.lines.every((line) => missingOf(line) === 0);
      sale.isLeft = isComplete && (sale.isLeft || this.leaves(sale));
      if (isComplete && !sale.isLeft) this.fill(sale);
    }
  }

  private leaves(sale: ModelSale): boolean {
    return this.leavesSales && sale.lines.length > 1 && this.made.indexOf(sale) >= this.earlierSales;
  }

  private fill(sale: ModelSale): void {
    sale.status = 'CONFIRMED';
    for (const line of sale.lines) {
      this.move(line.sku, 'BACKORDER_FILL', -line.quantity);
      line.reserved = 0;
    }
    this.mails.push(`BACKORDER_FILLED ${sale.id}`);
  }

  private move(sku: string, reason: StockMovementReason, delta: number): void {
    this.levels.get(sku)![reason] += delta;
  }

  private saleOf(id: string): ModelSale | undefined {
    return this.made.find((sale) => sale.id === id);
  }

  private onHand(sku: string): number {
    return Object.values(this.levels.get(sku)!).reduce((sum, units) => sum + units, 0);
  }

  private available(sku: string): number {
    return this.onHand(sku) - this.lineOf(sku).reduce((sum, { reserved }) => sum + reserved, 0);
  }

  private waitingSales(): ModelSale[] {
    return this.made.filter(({ status }) => status === 'WAITING');
  }

  private lineOf(sku: string): ModelLine[] {
    return this.waitingSales().flatMap(({ lines }) => lines.filter((line) => line.sku === sku));
  }

  private missingLines(sku: string): ModelLine[] {
    return this.lineOf(sku).filter((line) => missingOf(line) > 0);
  }

  private placeOf(sale: ModelSale): PlaceState {
    const lines = sale.lines.map((line) => {
      const { sku, reserved: reservedQuantity } = line;
      if (missingOf(line) === 0) return { sku, reservedQuantity, position: null, missingUnits: 0 };
      const missing = this.missingLines(sku);
      const position = missing.indexOf(line) + 1;
      const missingUnits = missing.slice(0, position).reduce((sum, each) => sum + missingOf(each), 0);
      return { sku, reservedQuantity, position, missingUnits };
    });
    return { position: Math.max(1, ...lines.map(({ position }) => position ?? 1)), lines };
  }

  private levelState(sku: string): LevelState {
    const missing = this.missingLines(sku);
    const line = this.waitingSales().flatMap(({ id, lines }) =>
      lines
        .filter((each) => each.sku === sku)
        .map(({ quantity, reserved }) => ({ saleId: id, quantity, reserved })),
    );
    return {
      onHand: this.onHand(sku),
      reserved: line.reduce((sum, { reserved }) => sum + reserved, 0),
      available: this.available(sku),
      waiting: missing.reduce((sum, each) => sum + missingOf(each), 0),
      waitingLines: missing.length,
      moved: { ...this.levels.get(sku)! },
      line,
    };
  }
}
