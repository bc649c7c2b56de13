/** Types of what profiles.js exports for its tests. */
export interface Phase {
  name: string;
  seconds: number;
  from: number;
  to: number;
}

export function surge(env: Record<string, string>): {
  plannedSales: number;
  phases: Phase[];
  openingUnits: number;
  wantedUnits: number;
  maxDropped: number;
  scenario: { stages: { target: number; duration: string }[]; preAllocatedVUs: number; maxVUs: number };
};
export function quantityOf(sale: number): number;
export function phaseAt(phases: Phase[], elapsedMs: number): string;
export function option(env: Record<string, string>, name: string, byDefault: number): number;
export function waitlist(env: Record<string, string>): { targetLevel: number };
export function dropOpens(env: Record<string, string>): {
  plannedSales: number;
  wantedUnits: number;
  openingUnits: number;
};
export function customerOf(sale: number, eagerPercent: number): string;
