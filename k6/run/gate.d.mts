/** Types of gate.mjs. */

/** What a script leaves: `recordOf` in k6/load/summary.js makes it. Only what the gate reads. */
export interface RunRecord {
  sent: number;
  outcomes: { outcome: string; count: number }[];
  maxLines: number;
  maxQuantity: number;
  /** Buyers of the run wait for goods. */
  hasWaitlist?: boolean;
  /** Sales that their buyers gave up while they waited. */
  left?: { confirmed: number; unknown: number };
  /** Of a product that is sold from a moment on. Times are those of k6's clock, in ms since 1970. */
  opening?: {
    opensAt: number;
    maxPerCustomer: number;
    wantedUnits: number;
    clockErrorMs: number;
    firstAcceptedAt: number | null;
    lastEarlyAt: number | null;
  } | null;
  products: { sku: string; adjustedUnits: number; acceptedLines: number; acceptedUnits: number }[];
}

/** The answer of `GET /products/:sku/ledger`. Only what the gate reads. */
export interface LedgerAnswer {
  stock: { onHand: number; reserved?: number };
  totals: { reason: string; units: number; movements?: number }[];
  sold: { sales: number; units: number };
}

/** A sale in an answer of `GET /sales`. Only what the gate reads. */
export interface SaleAnswer {
  id: string;
  status: string;
  lines: { sku: string; quantity: number }[];
  customerEmail: string | null;
  createdAt: string;
  waiting?: { position: number; lines: { reservedQuantity: number }[] };
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
  ownRules?: Rule[],
): Rule[];
export function movementsOf(
  ledger: LedgerAnswer,
): Record<'left' | 'filled' | 'returned' | 'adjusted' | 'received', number>;
export function within(
  stored: number,
  accepted: number,
  slack: number,
  what: string,
): Pick<Rule, 'holds' | 'detail'>;
export function unknownOf(run: RunRecord): number;
