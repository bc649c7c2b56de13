import { Injectable } from '@nestjs/common';
import { type Product } from '../product/product.entity.js';
import { optimisticUnits } from '../restock/restock-rules.js';
import { type StockLevel } from '../stock/stock-level.entity.js';

/** A SKU as this process last read it. It may be out of date: other processes sell, receive and change it. */
export interface CachedSku {
  priceKrw: number;
  maxPerSale: number;
  salesFrom: Date | null;
  salesUntil: Date | null;
  maxPerCustomer: number | null;
  customerWindowSeconds: number | null;
  /** See {@link optimisticUnits}. */
  optimisticUnits: number;
}

/** The stock that this process last read, so that it can sell optimistically. */
@Injectable()
export class StockCache {
  private readonly cached = new Map<string, CachedSku>();

  get(sku: string): Readonly<CachedSku> | undefined {
    return this.cached.get(sku);
  }

  /** Counts units that this process sold since. */
  deduct(sku: string, quantity: number): void {
    const cached = this.cached.get(sku);
    if (cached) cached.optimisticUnits -= quantity;
  }

  /** Stores what was read under the lock. */
  update(product: Product, level: StockLevel): void {
    const { sku, priceKrw, maxPerSale, salesFrom, salesUntil, maxPerCustomer, customerWindowSeconds } =
      product;
    const rules = { priceKrw, maxPerSale, salesFrom, salesUntil, maxPerCustomer, customerWindowSeconds };
    this.cached.set(sku, { ...rules, optimisticUnits: optimisticUnits(product, level) });
  }
}
