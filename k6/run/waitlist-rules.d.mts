/** Types of waitlist-rules.mjs. */
import { type LedgerAnswer, type Rule, type RunRecord, type SaleAnswer } from './gate.mjs';
import { type RequestLog } from './request-log.mjs';

export function waitlistRules(
  run: RunRecord,
  ledger: LedgerAnswer,
  sales: SaleAnswer[],
  log: RequestLog,
): Rule[];
