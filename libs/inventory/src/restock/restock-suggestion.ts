import { type Product } from '../product/product.entity.js';

import { restockQuantity } from './restock-rules.js';

/** The share of replenishment cycles without a stock-out that the suggestion aims at, and its normal quantile. */
export const SERVICE_LEVEL = 0.95;
const SERVICE_LEVEL_Z = 1.645;

/** The normal quantile of nine tenths: by how many deviations the P90 lies above the P50. */
const P90_Z = 1.2816;

/** Fewer completed orders say too little: then the quantiles of the factory's promise count. */
const SMALLEST_SAMPLE = 10;

export interface DemandStatistics {
  /** Units, on average. */
  perDay: number;
  /** Of the units of one day. */
  deviation: number;
  days: number;
}

/** In days. */
export interface LeadTimeStatistics {
  p50: number;
  p90: number;
  mean: number;
  deviation: number;
  /** Completed orders; 0 where the promise of the factory stands in for them. */
  orders: number;
}

/** A number of the suggestion, and how it was worked out. */
export interface SuggestedFigure {
  name: string;
  value: number;
  unit: 'units' | 'units a day' | 'days';
  formula: string;
  inputs: readonly { name: string; value: number }[];
}

export interface SuggestionInputs {
  demand: DemandStatistics;
  leadTime: LeadTimeStatistics;
  /** Units. `due` are those of the open order, if half of such orders arrive within the P90 of the lead time. */
  stock: { onHand: number; due: number; waiting: number };
  /** The rule that is set. */
  product: Pick<Product, 'reorderPoint' | 'targetLevel' | 'lotSize'>;
}

export interface SuggestedRule {
  /** Units, not rounded. */
  safetyStock: number;
  reorderPoint: number;
  targetLevel: number;
}

/**
 * The units of each day, sold and refused. Of refused units only the sum since the last restock order is known: it is spread
 * evenly over the days since then.
 *
 * @param sold units, oldest day first
 */
export function dailyDemand(sold: readonly number[], refusedUnits: number, daysRefused: number): number[] {
  const days = Math.min(sold.length, Math.max(1, Math.ceil(daysRefused)));
  return sold.map((units, day) => (day >= sold.length - days ? units + refusedUnits / days : units));
}

/** Of the days that are given. From one day alone the deviation is that of a Poisson distribution. */
export function demandStatistics(daily: readonly number[]): DemandStatistics {
  const perDay = meanOf(daily);
  const deviation = daily.length < 2 ? Math.sqrt(perDay) : deviationOf(daily);
  return { perDay, deviation, days: daily.length };
}

/**
 * @param observed lead times of completed orders, in days, in any order
 * @param known the quantiles by which dates are stated, in days
 */
export function leadTimeStatistics(
  observed: readonly number[],
  known: { p50: number; p90: number },
): LeadTimeStatistics {
  if (observed.length >= SMALLEST_SAMPLE) {
    return { ...known, mean: meanOf(observed), deviation: deviationOf(observed), orders: observed.length };
  }
  return { ...known, mean: known.p50, deviation: (known.p90 - known.p50) / P90_Z, orders: 0 };
}

/** The reorder point by King's formula (Peter L. King, Crack the code, 2011), and the target level above it. */
export function suggestedRule(
  demand: DemandStatistics,
  leadTime: LeadTimeStatistics,
  product: Pick<Product, 'reorderPoint' | 'targetLevel'>,
  z: number = SERVICE_LEVEL_Z,
): SuggestedRule {
  const safetyStock =
    z * Math.sqrt(leadTime.mean * demand.deviation ** 2 + demand.perDay ** 2 * leadTime.deviation ** 2);
  const reorderPoint = Math.max(0, Math.ceil(demand.perDay * leadTime.mean + safetyStock));
  return {
    safetyStock,
    reorderPoint,
    targetLevel: reorderPoint + product.targetLevel - product.reorderPoint,
  };
}

/** Every number of the suggestion, each after those that it is worked out from. It changes nothing. */
export function restockSuggestion({ demand, leadTime, stock, product }: SuggestionInputs): SuggestedFigure[] {
  const rule = suggestedRule(demand, leadTime, product);
  const position = stock.onHand + stock.due - stock.waiting;
  const leadTimeSource = leadTime.orders === 0 ? 'the promise of the factory' : 'the newest completed orders';
  const inputs = (values: Record<string, number>) =>
    Object.entries(values).map(([name, value]) => ({ name, value: rounded(value) }));
  const king = {
    z: SERVICE_LEVEL_Z,
    demandPerDay: demand.perDay,
    demandDeviation: demand.deviation,
    leadTimeMean: leadTime.mean,
    leadTimeDeviation: leadTime.deviation,
  };
  const figures: (Omit<SuggestedFigure, 'inputs'> & { of: Record<string, number> })[] = [
    { name: 'position', value: position, unit: 'units', formula: 'onHand + due - waiting', of: stock },
    {
      ...{ name: 'demandPerDay', value: demand.perDay, unit: 'units a day', of: { days: demand.days } },
      formula: 'mean of the units sold and refused in each of the last days',
    },
    {
      ...{ name: 'demandDeviation', value: demand.deviation, unit: 'units a day', of: { days: demand.days } },
      formula: demand.days < 2 ? 'sqrt(demandPerDay)' : 'standard deviation of the same days',
    },
    {
      ...{ name: 'leadTimeP50', value: leadTime.p50, unit: 'days', of: {} },
      formula: 'half of the next orders arrive within it, as dates are stated',
    },
    {
      ...{ name: 'leadTimeP90', value: leadTime.p90, unit: 'days', of: {} },
      formula: 'nine of ten of the next orders arrive within it, as dates are stated',
    },
    {
      ...{ name: 'leadTimeMean', value: leadTime.mean, unit: 'days', of: { orders: leadTime.orders } },
      formula:
        leadTime.orders === 0 ? 'leadTimeP50, by the promise of the factory' : `mean of ${leadTimeSource}`,
    },
    {
      ...{
        name: 'leadTimeDeviation',
        value: leadTime.deviation,
        unit: 'days',
        of: { orders: leadTime.orders },
      },
      formula:
        leadTime.orders === 0
          ? `(leadTimeP90 - leadTimeP50) / ${P90_Z}, by the promise of the factory`
          : `standard deviation of ${leadTimeSource}`,
    },
    {
      ...{ name: 'safetyStock', value: rule.safetyStock, unit: 'units', of: king },
      formula: 'z * sqrt(leadTimeMean * demandDeviation^2 + demandPerDay^2 * leadTimeDeviation^2)',
    },
    {
      ...{ name: 'reorderPoint', value: rule.reorderPoint, unit: 'units' },
      formula: 'ceil(demandPerDay * leadTimeMean + safetyStock), by King',
      of: { demandPerDay: demand.perDay, leadTimeMean: leadTime.mean, safetyStock: rule.safetyStock },
    },
    {
      ...{ name: 'setReorderPoint', value: product.reorderPoint, unit: 'units', of: {} },
      formula: 'as it is set: it decides',
    },
    {
      ...{ name: 'targetLevel', value: rule.targetLevel, unit: 'units' },
      formula: 'reorderPoint + (setTargetLevel - setReorderPoint)',
      of: {
        reorderPoint: rule.reorderPoint,
        setTargetLevel: product.targetLevel,
        setReorderPoint: product.reorderPoint,
      },
    },
    {
      ...{ name: 'orderQuantity', value: orderQuantity(position, rule, product.lotSize), unit: 'units' },
      formula:
        position > rule.reorderPoint
          ? '0: position is above reorderPoint'
          : 'ceil((targetLevel - position) / lotSize) * lotSize, at least one lot',
      of: {
        position,
        reorderPoint: rule.reorderPoint,
        targetLevel: rule.targetLevel,
        lotSize: product.lotSize,
      },
    },
  ];
  return figures.map(({ of, value, ...figure }) => ({
    ...figure,
    value: rounded(value),
    inputs: inputs(of),
  }));
}

function orderQuantity(position: number, rule: SuggestedRule, lotSize: number): number {
  if (position > rule.reorderPoint) return 0;
  // The position counts what is due already, and who waits. What is on hand bounds only an order that fills the warehouse.
  const level = { onHand: 0, available: position, onOrder: 0, waiting: 0, refusedDemand: 0 };
  return restockQuantity({ ...rule, lotSize }, level);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample: divided by one less than its size. */
function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** To a thousandth, which is enough to read. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
