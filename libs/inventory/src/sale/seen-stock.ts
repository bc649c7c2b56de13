import { Injectable } from '@nestjs/common';
import { type Product } from '../product/product.entity.js';
import { type StockLevel } from '../stock/stock-level.entity.js';

/** A SKU as this process last saw it. Others have sold, received and changed since: a belief, not a fact. */
export interface SeenSku {
  priceKrw: number;
  maxPerSale: number;
  /** Units that a sale may take without anybody having to look: more would need a restock order, or be the last. */
  freeUnits: number;
}

/** What this process believes to be in stock, so that it may sell without looking first. */
@Injectable()
export class SeenStock {
  private readonly seen = new Map<string, SeenSku>();

  get(sku: string): Readonly<SeenSku> | undefined {
    return this.seen.get(sku);
  }

  /** Units that this process has taken since. */
  take(sku: string, quantity: number): void {
    const seen = this.seen.get(sku);
    if (seen) seen.freeUnits -= quantity;
  }

  /** As it was found under the lock. */
  note({ sku, priceKrw, maxPerSale, reorderPoint }: Product, { available, onOrder }: StockLevel): void {
    const kept = onOrder > 0 ? 0 : reorderPoint;
    this.seen.set(sku, { priceKrw, maxPerSale, freeUnits: available - kept - 1 });
  }
}
