import {
  dailyDemand,
  DEMAND_DAYS,
  demandStatistics,
  isAtReorderPoint,
  leadTimeStatistics,
  maxRefusedUnits,
  type Product,
  restockQuantity,
  type StockLevel,
  suggestedRule,
} from '#inventory';
import { type DemandTrace } from './demand-traces.js';

export type Rule = Pick<Product, 'reorderPoint' | 'targetLevel' | 'lotSize'>;

/** What is known of a trace before its scored days, from which both rules begin. */
export interface Baseline {
  demandPerDay: number;
  leadTimeDays: number;
}

/** What came of a rule on the scored days of a trace. */
export interface Outcome {
  /** Units on hand at the end of a day, on average. */
  averageStock: number;
  demand: number;
  /** Units that were refused. */
  short: number;
  daysShort: number;
}

/** Days that no rule is scored on: from these both know the demand and the lead time. */
export const FIRST_DAY = 60;

/** What a rule sees when it is asked, at the end of a day. */
export interface Seen {
  sold: readonly number[];
  refusedUnits: number;
  daysRefused: number;
  /** Of completed orders, in days, newest last. */
  leadTimes: readonly number[];
}

export function baselineOf({ demand, leadTimeDays }: DemandTrace): Baseline {
  const mean = (values: readonly number[]) =>
    values.slice(0, FIRST_DAY).reduce((sum, value) => sum + value, 0) / FIRST_DAY;
  return { demandPerDay: mean(demand), leadTimeDays: mean(leadTimeDays) };
}

/** The rule of multiples of the baseline: `cover` of the demand in a lead time, and an order of so many days of demand. */
export function fixedRule({ demandPerDay, leadTimeDays }: Baseline, cover: number, orderDays: number): Rule {
  const reorderPoint = Math.round(cover * demandPerDay * leadTimeDays);
  return {
    reorderPoint,
    targetLevel: reorderPoint + Math.max(1, Math.round(orderDays * demandPerDay)),
    lotSize: 1,
  };
}

/** The suggestion, followed every day. The orders are as large as those of the rule that is set. */
export function followedSuggestion(set: Rule, { leadTimeDays }: Baseline, z: number): (seen: Seen) => Rule {
  const promise = { p50: leadTimeDays, p90: 1.5 * leadTimeDays };
  return ({ sold, refusedUnits, daysRefused, leadTimes }) => {
    const demand = demandStatistics(dailyDemand(sold, refusedUnits, daysRefused));
    const leadTime = leadTimeStatistics(leadTimes.slice(-100), promise);
    const { reorderPoint, targetLevel } = suggestedRule(demand, leadTime, set, z);
    return { reorderPoint, targetLevel: Math.max(targetLevel, reorderPoint + 1), lotSize: set.lotSize };
  };
}

/** Sells the demand of a trace day by day. Refused buyers do not come back. One restock order is open at a time. */
export function simulate(trace: DemandTrace, ruleOf: (seen: Seen) => Rule): Outcome {
  const sold = trace.demand.slice(0, FIRST_DAY);
  const leadTimes: number[] = [];
  const first = ruleOf({
    sold: sold.slice(-DEMAND_DAYS),
    refusedUnits: 0,
    daysRefused: DEMAND_DAYS,
    leadTimes,
  });
  let [onHand, refused, lastOrderDay] = [first.targetLevel, 0, 0];
  let open: { quantity: number; openedOn: number; arrivesOn: number } | null = null;
  const outcome: Outcome = { averageStock: 0, demand: 0, short: 0, daysShort: 0 };
  for (let day = FIRST_DAY; day < trace.demand.length; day += 1) {
    if (open && open.arrivesOn <= day) {
      onHand += open.quantity;
      leadTimes.push(open.arrivesOn - open.openedOn);
      open = null;
    }
    const wanted = trace.demand[day]!;
    const taken = Math.min(onHand, wanted);
    onHand -= taken;
    sold.push(taken);
    const seen = {
      sold: sold.slice(-DEMAND_DAYS),
      refusedUnits: refused,
      daysRefused: day - lastOrderDay,
      leadTimes,
    };
    const rule = ruleOf(seen);
    refused = Math.min(refused + wanted - taken, maxRefusedUnits(rule));
    if (!open && (wanted > taken || isAtReorderPoint(rule, { available: onHand }))) {
      const level = { onHand, available: onHand, onOrder: 0, refusedDemand: refused } as StockLevel;
      open = {
        quantity: restockQuantity(rule, level),
        openedOn: day,
        arrivesOn: day + trace.leadTimeDays[day]!,
      };
      [refused, lastOrderDay] = [0, day];
    }
    outcome.demand += wanted;
    outcome.short += wanted - taken;
    outcome.daysShort += wanted > taken ? 1 : 0;
    outcome.averageStock += onHand / (trace.demand.length - FIRST_DAY);
  }
  return outcome;
}
