import { isPlaced, type Purchase } from './purchases.js';
import { type SaleOperation, type SeenSales, type StoredSale } from './history.js';

/** What a history tells of one sale that has waited, or may have. */
export interface SaleState {
  id: string;
  /** The purchase: the SKUs and quantities of its first request, or of its row. */
  lines: readonly (readonly [sku: string, quantity: number, ...rest: number[]])[];
  /** It was asked for then or later. Infinitely early where no request of it is known. */
  start: number;
  /** It was made by then. */
  madeBy: number;
  hasWaited: boolean;
  /** It still waited then, or later. */
  waitedAt: number;
  /** How it ended: `CONFIRMED`, `CANCELLED` or `EXPIRED`. More than one is a contradiction. */
  ends: Set<string>;
  /** It was confirmed by then: it had its units. */
  confirmedBy: number;
  endedBy: number;
  /** Its status as it was told last. */
  last: string;
  lastSeenAt: number;
}

/** What was told of each sale, by id: by the answers, by later looks, and by the rows at the end. */
export class SaleStates {
  private readonly byId = new Map<string, SaleState>();

  add({ operations, rows }: Purchase): void {
    // One without an answer may have made the sale.
    const first = operations.reduce((one, { start }) => Math.min(one, start), Infinity);
    for (const { id, lines } of rows) this.of(id, lines).start = first;
    for (const { answer, lines, start, end } of operations) {
      if (!answer?.sale || !isPlaced({ answer })) continue;
      const state = this.of(answer.sale.id, lines);
      state.start = first;
      state.madeBy = Math.min(state.madeBy, end);
      note(state, statusOf(answer), start, end);
    }
  }

  addSeen({ sales, start, end }: SeenSales): void {
    for (const [id, status] of sales) {
      const state = this.byId.get(id);
      if (state) note(state, status, start, end);
    }
  }

  /** @param closedAt the rows are as they were then */
  addRow({ id, lines, status = 'CONFIRMED', hasWaited }: StoredSale, closedAt: number): void {
    const state = this.of(id, lines);
    // A sale that was cancelled after it was sold at once has never waited, and ends twice.
    if (!hasWaited && status !== 'CONFIRMED') return;
    if (hasWaited) state.hasWaited = true;
    // What ended has ended by then, and what waits still waits after it.
    note(state, status, closedAt + 1, closedAt);
  }

  get(id: string): SaleState | undefined {
    return this.byId.get(id);
  }

  all(): SaleState[] {
    return [...this.byId.values()];
  }

  private of(id: string, lines: SaleState['lines']): SaleState {
    const known = this.byId.get(id);
    if (known) return known;
    const state: SaleState = {
      ...{ id, lines, start: -Infinity, madeBy: Infinity, hasWaited: false, waitedAt: -Infinity },
      ...{ ends: new Set<string>(), confirmedBy: Infinity, endedBy: Infinity },
      ...{ last: '', lastSeenAt: -Infinity },
    };
    this.byId.set(id, state);
    return state;
  }
}

function note(state: SaleState, status: string, start: number, end: number): void {
  if (start > state.lastSeenAt) {
    state.last = status;
    state.lastSeenAt = start;
  }
  if (status === 'WAITING') {
    state.hasWaited = true;
    state.waitedAt = Math.max(state.waitedAt, start);
    return;
  }
  state.ends.add(status);
  state.endedBy = Math.min(state.endedBy, end);
  if (status === 'CONFIRMED') state.confirmedBy = Math.min(state.confirmedBy, end);
}

function statusOf({ status, sale }: NonNullable<SaleOperation['answer']>): string {
  if (status === 201) return 'CONFIRMED';
  return sale?.status ?? (status === 202 ? 'WAITING' : 'CANCELLED');
}
