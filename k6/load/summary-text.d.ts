/** Types of what summary-text.js exports for its tests. */
import { type RunSummary } from './summary.js';

export function textOf(run: RunSummary): string;
