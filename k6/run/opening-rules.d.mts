/** Types of opening-rules.mjs. */
import { type LedgerAnswer, type Rule, type RunRecord, type SaleAnswer } from './gate.mjs';

export function openingRules(
  run: Pick<RunRecord, 'outcomes'> & { opening: NonNullable<RunRecord['opening']> },
  ledger: LedgerAnswer,
  sales: SaleAnswer[],
): Rule[];
