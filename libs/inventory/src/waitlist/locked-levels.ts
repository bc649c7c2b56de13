import { type StockLevel } from '../stock/stock-level.entity.js';

/** The stock levels that a transaction has locked, by SKU. */
export type LockedLevels = ReadonlyMap<string, StockLevel>;
