/** Types of what summary-page.js exports for its tests. */
import { type RunSummary } from './summary.js';

export const GATE_PLACE: string;
export function htmlOf(run: RunSummary): string;
