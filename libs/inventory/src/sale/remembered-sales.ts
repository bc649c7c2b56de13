import { type EarlierSale } from './sale-records.js';

/** Sales that are remembered by the key they were made under: most repeats come soon, and need no database. */
const CAPACITY = 10_000;

/** The newest sales of this process by their keys. A sale that was made never changes, so what is here is true. */
export class RememberedSales {
  private readonly sales = new Map<string, EarlierSale>();

  get(key: string): EarlierSale | undefined {
    return this.sales.get(key);
  }

  add(key: string, sale: EarlierSale): void {
    this.sales.set(key, sale);
    // A map keeps its entries in the order in which they came.
    if (this.sales.size > CAPACITY) this.sales.delete(this.sales.keys().next().value!);
  }
}
