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
