/** Types of gate.mjs. */

/** What a script leaves: `recordOf` in k6/load/summary.js makes it. Only what the gate reads. */
export interface RunRecord {
  sent: number;
  outcomes: { outcome: string; count: number }[];
  maxLines: number;
  maxQuantity: number;
  products: { sku: string; adjustedUnits: number; acceptedLines: number; acceptedUnits: number }[];
}

/** The answer of `GET /products/:sku/ledger`. Only what the gate reads. */
export interface LedgerAnswer {
  stock: { onHand: number };
  totals: { reason: string; units: number }[];
  sold: { sales: number; units: number };
}

/** The answer of `GET /reconcile`. */
export interface ReconciliationAnswer {
  clean: boolean;
  differences: { invariant: string; subject: string; expected: string; actual: string }[];
}

export interface Rule {
  rule: string;
  holds: boolean;
  /** The figures that decided. */
  detail: string;
}

export function judge(
  run: RunRecord | undefined,
  ledgers: LedgerAnswer[],
  reconciliation: ReconciliationAnswer,
): Rule[];
export function unknownOf(run: RunRecord): number;
