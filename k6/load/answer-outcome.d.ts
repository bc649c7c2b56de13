/** Types of what answer-outcome.js exports for its tests. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | null;
  error_code?: number;
}

export function outcomeOf(answer: Answer): string;
export function countedOutcomes(told: string[], mayWait: boolean): string[];
export function isPlacedStatus(status: number): boolean;
