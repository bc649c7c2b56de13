import { type Delivery } from '../../receiving/receiving.service.js';
import { type SaleStatus } from '../../sale/sale.entity.js';
import { type WaitingLinePlace } from '../../sale/waiting-arrival.js';
import { type StockMovementReason } from '../../stock/stock-movement.entity.js';

/** A request for a sale, which can be repeated. */
export interface Placing {
  kind: 'place';
  key: string;
  lines: { sku: string; quantity: number }[];
  /** When its wait is over; null: by default; undefined: it does not wait. */
  waitUntil: Date | null | undefined;
}

export interface Receiving {
  kind: 'receive';
  delivery: Delivery;
}

/** What one caller asks of the warehouse. */
export type Action =
  | Placing
  | Receiving
  | { kind: 'leave' | 'cancel'; saleId: string }
  | { kind: 'adjust'; sku: string; delta: number }
  | { kind: 'upkeep' };

/** What the caller is told, as far as the model knows it. */
export interface Answer {
  /** The code of a refusal that is an error. */
  error?: string;
  /** Of a sale or a goods receipt. */
  kind?: string;
  /** Of a goods receipt that was refused. */
  code?: string;
  saleId?: string;
  replayed?: boolean;
  waiting?: PlaceState;
  shortages?: { sku: string; requestedQuantity: number; availableQuantity: number }[];
  /** Of a cancellation. */
  before?: SaleStatus;
  status?: SaleStatus;
  /** Of an adjustment. */
  onHand?: number;
  available?: number;
  upkeep?: { expired: number; served: number; filled: number; waiting: { lines: number; units: number } };
}

export interface PlaceState {
  position: number;
  lines: WaitingLinePlace[];
}

export type Moved = Record<StockMovementReason, number>;

export interface LevelState {
  onHand: number;
  reserved: number;
  available: number;
  waiting: number;
  waitingLines: number;
  /** Sums of the ledger. */
  moved: Moved;
  /** Who waits, first to last. */
  line: { saleId: string; quantity: number; reserved: number }[];
}

/** What can be seen of the warehouse, equal for the model and the database when both agree. */
export interface State {
  levels: Record<string, LevelState>;
  sales: Record<string, { status: SaleStatus; lines: Record<string, number>; waiting: PlaceState | null }>;
}
