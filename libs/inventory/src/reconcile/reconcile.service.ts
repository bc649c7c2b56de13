import { Injectable } from '@nestjs/common';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { timeText } from '../database/rows.js';

/** An invariant of the warehouse that does not hold. */
export interface Difference {
  invariant: string;
  /** The SKU, order or sale where it was found. */
  subject: string;
  expected: string;
  actual: string;
}

/** How long a committed message may wait for the relay, in ms: several of its rounds, and a restart of the worker. */
const OUTBOX_BOUND_MS = 120_000;

/** How long an order may be past its deadline before it is marked overdue, in ms. */
const OVERDUE_BOUND_MS = 120_000;

/** The most differences that are listed for one invariant: they tend to have one cause. */
const MAX_DIFFERENCES = 100;

interface Row {
  subject: string;
  expected: string | number | null;
  actual: string | number | null;
}

/**
 * A statement finds the rows that break its invariant, with `subject`, `expected` and `actual`.
 * Both databases understand it. With `boundMs` it has a `?` for the time that long ago.
 */
const INVARIANTS: { invariant: string; sql: string; boundMs?: number }[] = [
  {
    invariant: 'stock on hand is not negative',
    sql: `SELECT sku AS subject, '>= 0' AS expected, on_hand AS actual FROM stock_level WHERE on_hand < 0`,
  },
  {
    invariant: 'stock on hand is the sum of its movements',
    sql: `SELECT level.sku AS subject, COALESCE(SUM(movement.delta), 0) AS expected, level.on_hand AS actual
      FROM stock_level level LEFT JOIN stock_movement movement ON movement.sku = level.sku
      GROUP BY level.sku, level.on_hand HAVING COALESCE(SUM(movement.delta), 0) <> level.on_hand`,
  },
  {
    invariant: 'every unit sold has left the stock',
    sql: `SELECT level.sku AS subject, COALESCE(sold.units, 0) AS expected, COALESCE(moved.units, 0) AS actual
      FROM stock_level level
      LEFT JOIN (SELECT sku, SUM(quantity) AS units FROM sale_line GROUP BY sku) sold ON sold.sku = level.sku
      LEFT JOIN (SELECT sku, -SUM(delta) AS units FROM stock_movement WHERE reason = 'SALE' GROUP BY sku) moved
        ON moved.sku = level.sku
      WHERE COALESCE(sold.units, 0) <> COALESCE(moved.units, 0)`,
  },
  {
    invariant: 'every sale has lines',
    sql: `SELECT sale.id AS subject, 'at least 1 line' AS expected, 0 AS actual FROM sale
      LEFT JOIN sale_line line ON line.sale_id = sale.id WHERE line.sale_id IS NULL`,
  },
  {
    invariant: 'every line belongs to a sale',
    sql: `SELECT line.sale_id AS subject, 'a sale' AS expected, 'none' AS actual FROM sale_line line
      LEFT JOIN sale ON sale.id = line.sale_id WHERE sale.id IS NULL`,
  },
  {
    invariant: 'an idempotency key has one sale',
    sql: `SELECT idempotency_key AS subject, 1 AS expected, COUNT(*) AS actual FROM sale
      WHERE idempotency_key IS NOT NULL GROUP BY idempotency_key HAVING COUNT(*) > 1`,
  },
  {
    invariant: 'what a restock order received is the sum of its goods receipts',
    sql: `SELECT restock.id AS subject, COALESCE(SUM(receipt.quantity), 0) AS expected,
        restock.received_quantity AS actual
      FROM restock_order restock LEFT JOIN goods_receipt receipt ON receipt.restock_order_id = restock.id
      GROUP BY restock.id, restock.received_quantity
      HAVING COALESCE(SUM(receipt.quantity), 0) <> restock.received_quantity`,
  },
  {
    invariant: 'a restock order receives no more than was ordered',
    sql: `SELECT id AS subject, quantity AS expected, received_quantity AS actual FROM restock_order
      WHERE received_quantity > quantity`,
  },
  {
    invariant: 'every received unit has entered the stock',
    sql: `SELECT level.sku AS subject, COALESCE(received.units, 0) AS expected, COALESCE(moved.units, 0) AS actual
      FROM stock_level level
      LEFT JOIN (SELECT sku, SUM(received_quantity) AS units FROM restock_order GROUP BY sku) received
        ON received.sku = level.sku
      LEFT JOIN (SELECT sku, SUM(delta) AS units FROM stock_movement WHERE reason = 'GOODS_RECEIPT' GROUP BY sku) moved
        ON moved.sku = level.sku
      WHERE COALESCE(received.units, 0) <> COALESCE(moved.units, 0)`,
  },
  {
    invariant: 'a SKU has at most one open restock order',
    sql: `SELECT sku AS subject, 1 AS expected, COUNT(*) AS actual FROM restock_order
      WHERE status NOT IN ('RECEIVED', 'CANCELLED') GROUP BY sku HAVING COUNT(*) > 1`,
  },
  {
    invariant: 'stock on order is what open restock orders still miss',
    sql: `SELECT level.sku AS subject, COALESCE(SUM(restock.quantity - restock.received_quantity), 0) AS expected,
        level.on_order AS actual
      FROM stock_level level
      LEFT JOIN restock_order restock ON restock.open_sku = level.sku
      GROUP BY level.sku, level.on_order
      HAVING COALESCE(SUM(restock.quantity - restock.received_quantity), 0) <> level.on_order`,
  },
  {
    invariant: `no message waits in the outbox for more than ${OUTBOX_BOUND_MS / 1000} s`,
    sql: `SELECT id AS subject, 'published' AS expected, 'waiting' AS actual FROM outbox_message
      WHERE published_at IS NULL AND created_at < ?`,
    boundMs: OUTBOX_BOUND_MS,
  },
  {
    invariant: `no restock order is past its deadline for more than ${OVERDUE_BOUND_MS / 1000} s without an alert`,
    sql: `SELECT id AS subject, 'OVERDUE' AS expected, status AS actual FROM restock_order
      WHERE status = 'ORDERED' AND deadline_at < ?`,
    boundMs: OVERDUE_BOUND_MS,
  },
];

/** Compares the tables with each other. Changes nothing. */
@Injectable()
export class ReconcileService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @returns the differences; every statement sees the same moment */
  async reconcile(): Promise<Difference[]> {
    return this.database.snapshot(async (manager) => {
      const differences: Difference[] = [];
      // Read once, before the statements: they may take minutes, and all see the same moment.
      const nowMs = (await this.clock.now(manager)).getTime();
      for (const { invariant, sql, boundMs } of INVARIANTS) {
        const times = boundMs === undefined ? [] : [timeText(new Date(nowMs - boundMs))];
        const rows = await manager.query<Row[]>(`${sql} LIMIT ${MAX_DIFFERENCES}`, times);
        differences.push(
          ...rows.map(({ subject, expected, actual }) => ({
            invariant,
            subject,
            expected: String(expected),
            actual: String(actual),
          })),
        );
      }
      return differences;
    });
  }
}
