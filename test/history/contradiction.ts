/** What a history must show. The text completes "a true history has ...". */
export const RULES = {
  STORED: 'every sale that was answered 201 in the tables',
  STORED_ONCE: 'each purchase in the tables once at most',
  COUNT_AGREES: 'as many sales in the tables as were answered 201',
  REQUESTED: 'no sale in the tables that no request asked for',
  REFUSED_NOT_STORED: 'no sale in the tables whose requests were all refused',
  SAME_SALE: 'sales in the tables as they were requested and answered',
  SAME_REPLAY: 'one answer for all requests with one key',
  REPLAY_MARKED: 'every answer but the first marked as a replay',
  STAYS_SOLD: 'no refusal with a key that was already answered 201',
  IN_TIME: 'sales that were made after their request and before their answer',
  NOT_OVERSOLD: 'no unit sold before it was there',
  STOCK_AGREES: 'at the end the units that are left of those before',
  REFUSED_WITHOUT_STOCK: 'no refusal while enough units were there',
  TRUE_SHORTAGE: 'refusals that tell a number of units that may have been there',
  NOT_OVERTAKEN: 'no sale that had its units while one still waited that was there earlier',
  ENDS_ONCE: 'sales that wait, end once at most, and stay ended',
  CHANGED_ONCE: 'each change of stock applied once at most',
  CHANGE_APPLIED: 'every accepted change of stock applied, or listed as a dead letter',
  CHANGE_REQUESTED: 'no change of stock that no request asked for',
} as const;

export type Rule = keyof typeof RULES;

/** A moment of an excerpt. Without a time it concerns the whole run. */
export interface Moment {
  time?: number;
  text: string;
  /** The number of facts that this one sums up. */
  facts?: number;
}

/** Facts of a history that cannot all be true. */
export interface Contradiction {
  rule: Rule;
  summary: string;
  /** The facts, and no others, in the order of time. */
  excerpt: Moment[];
}

/** The number of facts that contradict each other. */
export function factCount({ excerpt }: Contradiction): number {
  return excerpt.reduce((sum, { facts = 1 }) => sum + facts, 0);
}

/** An excerpt: first what has no time, then the rest in the order of time. */
export function excerptOf(...moments: (Moment | readonly Moment[])[]): Moment[] {
  return moments.flat().sort((one, other) => (one.time ?? -Infinity) - (other.time ?? -Infinity) || 0);
}
