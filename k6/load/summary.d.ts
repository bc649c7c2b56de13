/** Types of what summary.js exports for its tests. */
import { type RunRecord } from '../run/gate.mjs';

export interface RunSummary extends RunRecord {
  seconds: number;
  outcomes: { outcome: string; count: number; perSecond: number }[];
  spike: { seconds: number; outcomes: { outcome: string; count: number; perSecond: number }[] } | null;
  thresholds: { rule: string; ok: boolean }[];
}

export function recordOf(script: string, data: object, spike?: { name: string; seconds: number }): RunSummary;
