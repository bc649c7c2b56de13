import {
  type ExplainedDifference,
  type RepairCorrection,
  type RepairMovement,
  type SkuRepair,
} from './repair-plan.js';

/** Differences for a terminal: each with its cause, and with what mends it or why a person has to. */
export function differencesText(differences: readonly ExplainedDifference[]): string {
  return differences
    .map(({ invariant, subject, expected, actual, cause, repairedWith, decision }) =>
      [
        `${invariant}: ${subject} is ${actual} where ${expected} is expected`,
        `  cause: ${cause ?? 'unknown'}`,
        decision === null ? `  repair: that of ${repairedWith}` : `  for a person: ${decision}`,
      ].join('\n'),
    )
    .join('\n');
}

/** Repairs for a terminal. */
export function repairsText(repairs: readonly SkuRepair[]): string {
  return repairs
    .map(({ sku, movements, corrections }) =>
      [sku, ...movements.map(movementText), ...corrections.map(correctionText)].join('\n'),
    )
    .join('\n');
}

function movementText({ delta, corrects, movesStock, note }: RepairMovement): string {
  const sign = delta > 0 ? '+' : '';
  const where = movesStock ? 'stock and ledger' : 'ledger only';
  return `  ADJUSTMENT ${sign}${delta}, ${where}${corrects ? `, counts as ${corrects}` : ''}: ${note}`;
}

function correctionText({ subjectType, subjectId, oldValues, newValues }: RepairCorrection): string {
  return `  ${subjectType} ${subjectId}: ${JSON.stringify(oldValues)} becomes ${JSON.stringify(newValues)}`;
}
