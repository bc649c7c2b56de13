import { type CorrectedReason } from '../../stock/stock-movement.entity.js';
import { type Difference } from '../invariants.js';

/** An `ADJUSTMENT` that repairs the books. */
export interface RepairMovement {
  delta: number;
  /** The reason for which its units count. */
  corrects: CorrectedReason | null;
  /** Whether the stock changes with it. Otherwise the ledger alone is told what the stock, or its facts, say already. */
  movesStock: boolean;
  /** Why, for the ledger. */
  note: string;
}

/** Values that no movement can express. */
export interface RepairCorrection {
  subjectType: 'stock' | 'restock_order';
  subjectId: string;
  oldValues: CorrectedValues;
  newValues: CorrectedValues;
}

/** The columns of a stock level or a restock order that a repair corrects. */
export type CorrectedValues = {
  onOrder?: number;
  reserved?: number;
  waiting?: number;
  waitingLines?: number;
  receivedQuantity?: number;
  openSku?: string | null;
};

/** What mends the books of one SKU, in one transaction: one cause shows in several differences. */
export interface SkuRepair {
  sku: string;
  movements: RepairMovement[];
  corrections: RepairCorrection[];
}

export interface ExplainedDifference extends Difference {
  /** What it comes from; null where the books do not tell. */
  cause: string | null;
  /** The SKU whose repair mends it; null where none does. */
  repairedWith: string | null;
  /** Why only a person can mend it; null where a repair does. */
  decision: string | null;
}

export interface RepairPlan {
  differences: ExplainedDifference[];
  repairs: SkuRepair[];
}
